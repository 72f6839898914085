"""Simulated customers and agents. They know the server as everybody else does: by HTTP and the live stream."""
