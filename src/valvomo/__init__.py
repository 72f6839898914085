"""Valvomo: a self-hosted contact centre.

Where to begin: ``domain`` holds the rules, ``commands`` the only door to changing anything,
``live`` what people see change, and ``docs/architecture.md`` the arrow between them.
"""

__version__ = "0.1.0"
