"""Alerts: rules over figures, attention, moods and events; what they raise, and what becomes of it."""
