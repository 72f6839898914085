"""Commands on agents: presence and connections."""
