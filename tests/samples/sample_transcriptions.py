"""An endpoint that speaks OpenAI's transcriptions, on loopback: it says what it is told to."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Endpoint:
    """A stand-in that speaks transcriptions; `answer` makes (status, body) of the parts that came."""

    answer: Callable[[dict[str, Message]], tuple[int, bytes]]
    asked: list[dict[str, Message]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


def answer(**body: Any) -> bytes:
    return json.dumps(body).encode()


def by_loudness(words: dict[int, str]) -> Callable[[dict[str, Message]], tuple[int, bytes]]:
    """What was said by how loud it was said: tones of `tone`, the nearest of these levels."""

    def said(asked: dict[str, Message]) -> tuple[int, bytes]:
        file = asked["file"].get_payload(decode=True)
        assert isinstance(file, bytes)
        with wave.open(io.BytesIO(file), "rb") as found:
            loudest = max(memoryview(found.readframes(found.getnframes())).cast("h"))
        nearest = min(words, key=lambda level: abs(level * 2**0.5 - loudest))
        return 200, answer(text=words[nearest])

    return said


@contextmanager
def transcriptions() -> Iterator[Endpoint]:
    """It, for as long as this."""
    stand_in = Endpoint(lambda _: (200, answer(text="")))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            whole = BytesParser().parsebytes(
                b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body
            )
            parts = [one for one in whole.walk() if not one.is_multipart()]
            asked = {str(one.get_param("name", header="content-disposition")): one for one in parts}
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
