"""A form with files, as it goes over HTTP (RFC 7578): never whole in memory, and with its length known before."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from valvomo.channels.media import Enclosed


@dataclass(frozen=True, slots=True)
class Form:
    """Fields, and files by the names of their fields."""

    fields: Mapping[str, str]
    files: Sequence[tuple[str, Enclosed]]

    def written(self) -> tuple[dict[str, str], AsyncIterator[bytes]]:
        """Headers and body."""
        edge = f"valvomo-{secrets.token_hex(16)}"
        heads = [_head(edge, field, one) for field, one in self.files]
        fields = b"".join(_field(edge, name, value) for name, value in self.fields.items())
        end = f"--{edge}--\r\n".encode()
        length = len(fields) + len(end) + sum(len(head) + 2 for head in heads)
        length += sum(one.size for _, one in self.files)

        async def body() -> AsyncIterator[bytes]:
            yield fields
            for head, (_, one) in zip(heads, self.files, strict=True):
                yield head
                async for chunk in one.chunks():
                    yield chunk
                yield b"\r\n"
            yield end

        headers = {"content-type": f"multipart/form-data; boundary={edge}", "content-length": str(length)}
        return headers, body()


def _field(edge: str, name: str, value: str) -> bytes:
    return f'--{edge}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _head(edge: str, field: str, one: Enclosed) -> bytes:
    # As browsers write a name (WHATWG HTML §4.10.21.8): what would end it is escaped.
    name = one.name.replace("\\", "%5C").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (
        f'--{edge}\r\ncontent-disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"content-type: {one.media_type}\r\n\r\n"
    ).encode()
