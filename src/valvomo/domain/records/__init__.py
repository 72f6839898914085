"""Records: the fields and statuses that administrators give them, what fits into them, and what a line of CSV says."""
