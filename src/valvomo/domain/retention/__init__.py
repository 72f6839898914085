"""Retention: after how many days what was written goes."""
