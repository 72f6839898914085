"""Files that people send with messages: what may be sent, by whom, and how it is called."""
