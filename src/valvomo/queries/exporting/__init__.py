"""Exports: what is counted as rows with columns, and rows as files."""
