"""Calls: who takes part in them with sound, and who hears whom."""
