"""A mail server on loopback that keeps what comes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Box:
    """`came` is what was taken; it `says` something else than that all is well for as long as a test wants."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.says = "250 OK"
        self.says_to_sender = "250 OK"

    async def handle_MAIL(  # noqa: N802 - its name there
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.says_to_sender

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name there
        if self.says.startswith("250"):
            self.came.append(envelope)
        return self.says


@contextmanager
def listening(**options: Any) -> Iterator[tuple[Box, int]]:
    """The box, and the port at which it takes letters; `options` are aiosmtpd's."""
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()
