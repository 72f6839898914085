"""Telemetry: what every layer may count and trace with, without knowing who looks at it."""
