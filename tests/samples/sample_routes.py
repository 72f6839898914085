"""The routes of the application, built once: to build them takes longer than most of the tests that ask them."""

from __future__ import annotations

from copy import copy
from functools import cache

from litestar import Litestar
from litestar.datastructures import State

from valvomo.edge import app

build = app.routes
"""As the program does, once for each process."""


@cache
def _built() -> Litestar:
    return build()


def routes(state: State | None = None) -> Litestar:
    """The same for everybody, with a state of one's own: it is looked up in whichever application was called."""
    own = copy(_built())
    own.state = state or State()
    return own
