"""Telephone calls by SIP, each account in a process of its own."""
