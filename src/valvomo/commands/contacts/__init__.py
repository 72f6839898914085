"""Commands on contacts: changing what is known of them, merging them and taking that back."""
