"""The command line: `valvomo demo | serve | insight | migrate | createadmin | openapi | verify | doctor | …`."""

from __future__ import annotations

import sys

import cyclopts

from valvomo import __version__
from valvomo.cli import insight, operating, playing, verifying, whatif
from valvomo.cli.doctor.command import doctor
from valvomo.cli.running import EXPECTED, FailedError, fail

app = cyclopts.App(name="valvomo", version=__version__, help="A self-hosted contact centre.")
app.command(playing.demo_command, name="demo")
app.command(operating.serve_command, name="serve")
app.command(operating.migrate, name="migrate")
app.command(operating.createadmin, name="createadmin")
app.command(verifying.verify_command, name="verify")
app.command(doctor, name="doctor")
app.command(operating.openapi, name="openapi")
app.command(playing.simulate_command, name="simulate")
app.command(whatif.whatif_command, name="whatif")
app.command(insight.insight_command, name="insight")


def main() -> None:
    """The entry point. What can be expected to go wrong is said in one line; the rest is a bug and shows itself."""
    try:
        app()
    except FailedError as error:
        fail(str(error))
    except EXPECTED as error:
        fail(str(error) or repr(error))
    except KeyboardInterrupt:
        sys.exit(130)
