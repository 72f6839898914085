"""What the channels of Meta have in common: how its calls are signed, and how its Graph API is asked."""
