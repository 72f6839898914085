"""Questions of screens and reports: one function for each, and no writes."""
