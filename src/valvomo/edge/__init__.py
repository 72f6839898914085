"""The edge: decode, authenticate, call, encode; nothing else. It never asks the database itself."""
