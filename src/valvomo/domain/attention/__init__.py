"""Attention: how much a conversation needs a supervisor's eye, and why (spec 3 *Floor*)."""
