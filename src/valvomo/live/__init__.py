"""Live: what people see as it is now, kept by reading the journal (design §1, steps 8 and 9)."""
