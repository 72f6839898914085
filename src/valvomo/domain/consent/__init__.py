"""Notice and consent (spec 1 §5)."""
