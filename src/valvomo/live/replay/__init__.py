"""Replay: the floor as it was at any moment, and how it went on from there."""
