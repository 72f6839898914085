"""Agents: presence, capacity, load (spec 1 §2)."""
