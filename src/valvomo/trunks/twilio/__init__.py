"""Telephone calls by Twilio: signalling by requests in both directions, the sound of each call over a socket."""
