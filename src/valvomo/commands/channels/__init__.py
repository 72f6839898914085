"""What comes in and goes out over channels, and the accounts that it comes and goes by."""
