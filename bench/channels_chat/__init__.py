"""A chat as somebody writes it who knows Django and its Channels: a room for each conversation, and a page with all.

Written for the benchmark, to stand beside Valvomo; run by the environment that `systems/install.py` makes.
"""
