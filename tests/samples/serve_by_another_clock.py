"""``valvomo serve`` whose clock is wrong by the seconds that a file says: ``serve_by_another_clock.py FILE``."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from serve_with_cheap_passwords import cheapen

from valvomo import cli
from valvomo.main import assembly, server
from valvomo.main.clock import HouseClock, now

PLACE = Path(sys.argv.pop(1))


def wrong() -> datetime:
    """What this server's machine believes."""
    return now() + timedelta(seconds=float(PLACE.read_text()))


def assemble(*args: object, **_clock: object) -> assembly.House:
    """As ever, with that clock."""
    return assembly.assemble(*args, clock=HouseClock(wrong))  # type: ignore[arg-type]


setattr(server, "assemble", assemble)  # noqa: B010 - it is not exported, and no setting of the product
cheapen()
sys.argv.append("serve")
cli.main()
