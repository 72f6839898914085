"""Where the concrete parts meet: one process, put together, run, and ended in order."""
