"""Who may act and who may see: the one place that says it (spec 1 §3, §5)."""
