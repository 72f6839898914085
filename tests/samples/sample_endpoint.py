"""An endpoint of somebody's, on loopback: it says what it is told to, and keeps what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Generic, TypeVar

Asked = TypeVar("Asked")


@dataclass
class Endpoint(Generic[Asked]):
    """A stand-in; `answer` makes (status, body) of what was asked."""

    answer: Callable[[Asked], tuple[int, bytes]]
    asked: list[Asked] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def answering(
    answer: Callable[[Asked], tuple[int, bytes]], read: Callable[[Message, bytes], Asked]
) -> Iterator[Endpoint[Asked]]:
    """It, for as long as this; `read` makes what was asked of the headers and the body of a request."""
    stand_in = Endpoint(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = read(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            stand_in.asked.append(asked)
            stand_in.headers.append({name.lower(): value for name, value in self.headers.items()})
            stand_in.paths.append(self.path)
            status, said = stand_in.answer(asked)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stand_in.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield stand_in
        server.shutdown()
        thread.join()
