"""Commands on conversations, by the same names as the rules in `domain.conversations`."""
