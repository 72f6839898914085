"""Commands of an operator: `serve`, `migrate`, `createadmin`, `openapi`."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import msgspec
from cyclopts import Parameter

from valvomo import settings
from valvomo.cli.running import FailedError, fail, load, reached, run
from valvomo.commands.execute import Executor
from valvomo.commands.settings.bootstrap import FirstAdministrator, create_administrator
from valvomo.commands.settings.passwords import Passwords
from valvomo.db import migrate as migrations
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres, url_of_running
from valvomo.domain.access.signing_in import password_refusal
from valvomo.domain.refusals import Refusal
from valvomo.edge.app import routes
from valvomo.edge.http.interface import document
from valvomo.main import now, serve
from valvomo.protocol.problems import problem_of


def serve_command() -> None:
    """Run the server, configured by environment or file (docs/settings.md)."""
    run(serve(load()))


def migrate() -> None:
    """Bring the database's schema up to date."""
    run(_migrate(load()))


def createadmin(
    email: str,
    *,
    organization: str,
    name: str = "Administrator",
    language: str = "en",
    time_zone: str = "Europe/Helsinki",
) -> None:
    """Create an administrator, and the organization if it is new. The password is asked for, or read from a pipe.

    Parameters
    ----------
    email
        Signs in with this address.
    organization
        Name of the organization that is administered.
    """
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if refusal := password_refusal(password, email):
        fail(problem_of(refusal, language).detail)
    first = (email, organization, name, language, time_zone)
    run(_createadmin(load(), first, password))


def openapi(*, indent: Annotated[int, Parameter(help="Spaces of each level.")] = 2) -> None:
    """Print the description of the HTTP interface."""
    encoded = msgspec.json.encode(document(routes()), order="deterministic")
    print(msgspec.json.format(encoded, indent=indent).decode())


async def _migrate(found: settings.Settings) -> None:
    if not found.embedded:
        applied = await migrations.apply(found.database_url)
    elif url := url_of_running(found.data / "postgres"):
        applied = await migrations.apply(url)
    else:
        async with EmbeddedPostgres(found.data / "postgres", binaries=found.postgres_bin) as server:
            applied = await migrations.apply(server.url)
    for one in applied:
        print(f"applied {one.label}")
    print("the schema is up to date")


async def _createadmin(
    found: settings.Settings, first: tuple[str, str, str, str, str], password: str
) -> None:
    email, organization, name, language, time_zone = first
    async with reached(found) as database:
        executor = Executor(database, now, Doorbell())
        wanted = FirstAdministrator(
            organization=organization,
            email=email,
            name=name,
            password_hash=await Passwords().hash(password),
            language=language,
            time_zone=time_zone,
        )
        founded = await create_administrator(executor, wanted)
    if isinstance(founded, Refusal):
        raise FailedError(problem_of(founded, language).detail)
    new = " (new)" if founded.new_organization else ""
    print(f"{email} administers {organization}{new}")
