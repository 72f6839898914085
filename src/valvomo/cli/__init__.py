"""The command line: `valvomo demo | serve | insight | migrate | createadmin | openapi | verify | export | …`.

Each command is imported when it is asked for, so that none waits for what the others need.
"""

from __future__ import annotations

import sys
from socket import gaierror

import cyclopts

from valvomo import __version__
from valvomo.cli.running import EXPECTED, FailedError, fail

app = cyclopts.App(name="valvomo", version=__version__, help="A self-hosted contact centre.")
COMMANDS = {
    "demo": (
        "playing:demo_command",
        "Run a whole contact centre on this machine: sample organization, simulated customers and agents.",
    ),
    "serve": (
        "operating:serve_command",
        "Run the server, configured by environment or file (docs/settings.md).",
    ),
    "migrate": ("operating:migrate", "Bring the database's schema up to date."),
    "createadmin": (
        "operating:createadmin",
        "Create an administrator, and the organization if it is new. The password is asked for, or read from a pipe.",
    ),
    "verify": (
        "verifying:verify_command",
        "Prove that every conversation equals the fold of its facts and that the journal's chain is whole.",
    ),
    "export": (
        "exporting:export_command",
        "Write an organization's conversations, messages, contacts and journal into a new folder, as JSON Lines.",
    ),
    "doctor": (
        "doctor.command:doctor",
        "Look at everything that this installation stands on, name what is broken, and say what to do about it.",
    ),
    "openapi": ("operating:openapi", "Print the description of the HTTP interface."),
    "simulate": (
        "playing:simulate_command",
        "Bring realistic traffic to a running server, through its public interfaces only, and check its promises.",
    ),
    "whatif": (
        "whatif:whatif_command",
        "Play a load in today's house and in a changed one, with the routing that serves the real one.",
    ),
    "insight": (
        "insight:insight_command",
        "Measure what customers feel and in which language they write, until interrupted.",
    ),
}
"""Where each is, below this package, and what it is for."""
for name, (place, purpose) in COMMANDS.items():
    app.command(f"valvomo.cli.{place}", name=name, help=purpose)


def main() -> None:
    """The entry point. What can be expected to go wrong is said in one line; the rest is a bug and shows itself."""
    try:
        app()
    except FailedError as error:
        fail(str(error))
    except gaierror as error:
        # It says of no host which one it looked for.
        fail(
            f"{error.strerror}: correct VALVOMO_DATABASE_URL, or VALVOMO_BUS_URL; `valvomo doctor` knows more"
        )
    except EXPECTED as error:
        fail(str(error) or repr(error))
    except KeyboardInterrupt:
        sys.exit(130)
