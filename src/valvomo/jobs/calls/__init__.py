"""Carrying calls: the part of the house between conversations and an engine."""
