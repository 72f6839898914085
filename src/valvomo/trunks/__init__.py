"""Trunks: the ways by which telephone calls come and go, behind one port; one folder for each kind."""
