"""Where the concrete parts meet: one process, put together, run, and ended in order."""

from valvomo.main.assembly import House, PendingMigrationsError, assemble, database_of, now, running
from valvomo.main.server import serve

__all__ = ["House", "PendingMigrationsError", "assemble", "database_of", "now", "running", "serve"]
