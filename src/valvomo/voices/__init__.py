"""Voices: sentences of the house as sound, for whoever is on a telephone and has no screen."""
