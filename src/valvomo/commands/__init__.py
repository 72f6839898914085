"""The imperative shell: the one door through which anything changes, and one file for each command."""
