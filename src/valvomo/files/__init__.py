"""Bytes of files: where they are kept, what they are, whether they are harmless, and links that open them."""
