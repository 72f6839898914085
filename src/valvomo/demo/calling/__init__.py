"""Simulated people on the phone: customers who call, and the agents who speak with them, in a process of their own."""
