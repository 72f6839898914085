"""Contacts: what is known of customers, and which of them are one."""
