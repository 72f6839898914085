"""Routing: who is asked to take what waits (design §1 *Routing*)."""
