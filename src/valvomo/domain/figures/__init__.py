"""Figures: what the floor counts, one pure function each (spec 1 §8)."""
