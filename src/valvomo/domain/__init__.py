"""Pure rules: standard library only, no I/O, no clock, no randomness. Readable end to end in an hour."""
