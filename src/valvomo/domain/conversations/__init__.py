"""The life of a conversation (spec 1 §2–§6): what it is, and one file for each thing that can happen to it."""
