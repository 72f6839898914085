"""Calls carried by Janus servers: browsers hear each other through its VideoRoom, everybody else by our own engine."""
