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
from valvomo.db.migrate import Half
from valvomo.domain.access.signing_in import password_refusal
from valvomo.domain.refusals import Refusal
from valvomo.edge.app import routes
from valvomo.edge.http.interface import document
from valvomo.main.clock import now
from valvomo.main.server import serve
from valvomo.protocol.problems import problem_of


def serve_command() -> None:
    """Run the server, configured by environment or file (docs/settings.md)."""
    run(serve(load()))


def migrate(
    *,
    pre: Annotated[bool, Parameter(negative="")] = False,
    post: Annotated[bool, Parameter(negative="")] = False,
    wait: float = 0.0,
) -> None:
    """Bring the database's schema up to date.

    An upgrade without a pause: `migrate --pre` with the new release while the old one serves, replace the processes,
    then `migrate --post`. Without either, both halves are applied.

    Parameters
    ----------
    pre
        Only what prepares the schema, so that the running release and this one both work.
    post
        Only what removes what the old release needed. Refused while one of its processes lives.
    wait
        For so many seconds to wait until they are gone.
    """
    if pre and post:
        raise FailedError("--pre and --post: only one of them; without either, both halves are applied")
    half = Half.PRE if pre else Half.POST if post else None
    run(_migrate(load(), half, wait))


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


async def _migrate(found: settings.Settings, half: Half | None, patience: float) -> None:
    url = found.database_url or url_of_running(found.data / "postgres")
    if url:
        applied = await migrations.apply(url, half=half, patience=patience)
        left = await migrations.pending(url)
    else:
        async with EmbeddedPostgres(found.data / "postgres", binaries=found.postgres_bin) as server:
            applied = await migrations.apply(server.url, half=half, alone=True)
            left = await migrations.pending(server.url)
    for one in applied:
        print(f"applied {one.label}")
    print(f"left for later: {', '.join(one.label for one in left)}" if left else "the schema is up to date")


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
