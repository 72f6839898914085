"""`valvomo doctor`: looks at everything that an installation stands on, names the broken hop, and the cure."""
