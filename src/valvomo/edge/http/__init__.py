"""HTTP: one file for each area of the interface (spec 2)."""
