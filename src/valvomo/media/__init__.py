"""Engines that carry the sound and picture of calls, behind one port."""
