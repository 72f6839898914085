"""Commands on the house's configuration, and on who may enter it."""
