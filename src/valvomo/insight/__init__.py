"""Sentiment, language and personal data in what customers write: models behind a port, all on this machine."""
