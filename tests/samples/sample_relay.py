"""A TURN server on loopback: coturn with the file that is in `deploy/coturn`, and addresses and a secret of its own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from sample_server import listening

from valvomo.media.relays import GOOD_FOR, Relays
from valvomo.protocol.calls import IceServer

FILE = Path(__file__).parents[2] / "deploy" / "coturn" / "turnserver.conf"
PROGRAM = shutil.which("turnserver", path="/usr/bin:/usr/local/bin:/usr/sbin")
OURS = {
    "static-auth-secret": "a secret of tests",
    "realm": "turn.example.org",
}
LEFT_OUT = frozenset({"syslog"})
"""What it says goes to standard output."""


class Certificate:
    """Of 127.0.0.1, by nobody but itself. `digest` is that of its key, by which a browser can be told to trust it."""

    def __init__(self, folder: Path) -> None:
        self.file, self.key = folder / "certificate.pem", folder / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "turn.example.org")])
        address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=1))
            .add_extension(address, critical=False)
            .sign(key, SHA256())
        )
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.digest = base64.b64encode(hashlib.sha256(public).digest()).decode()
        self.file.write_bytes(made.public_bytes(Encoding.PEM))
        self.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@dataclass(frozen=True)
class Relay:
    """One that runs; `secure_port` is for TLS. `ports` are those that it has for browsers."""

    port: int
    secure_port: int
    ports: range
    certificate: Certificate

    def server(self, transport: str = "udp", *, good_for: timedelta = timedelta(hours=1)) -> IceServer:
        """As this house gives it to a browser: by `udp`, `tcp` or `tls`."""
        url = f"turn:127.0.0.1:{self.port}?transport={transport}"
        if transport == "tls":
            url = f"turns:127.0.0.1:{self.secure_port}?transport=tcp"
        relays = Relays(urls=(url,), secret=OURS["static-auth-secret"])
        [found] = relays.of("somebody", datetime.now(UTC) + good_for - GOOD_FOR)
        return found


def _configured(port: int, secure_port: int, certificate: Certificate, engine: str) -> str:
    ours = OURS | {
        "allowed-peer-ip": engine,
        "listening-port": str(port),
        "tls-listening-port": str(secure_port),
        "cert": str(certificate.file),
        "pkey": str(certificate.key),
    }
    lines = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        key, _, _ = line.partition("=")
        if key not in LEFT_OUT:
            lines.append(f"{key}={ours[key]}" if key in ours else line)
    more = (
        "listening-ip=127.0.0.1",
        f"relay-ip={engine}",
        "allow-loopback-peers",
        "no-dtls",
        "log-file=stdout",
    )
    return "\n".join([*lines, *more, ""])


@asynccontextmanager
async def relay(folder: Path, engine: str = "127.0.0.1") -> AsyncIterator[Relay]:
    """As long as it is needed; to an engine at this address of the machine."""
    assert PROGRAM is not None
    with socket.socket() as plain, socket.socket() as secure:
        for probe in (plain, secure):
            probe.bind(("127.0.0.1", 0))
        port, secure_port = (int(probe.getsockname()[1]) for probe in (plain, secure))
    file, certificate = folder / "turnserver.conf", Certificate(folder)
    file.write_text(_configured(port, secure_port, certificate, engine), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-c", str(file), "--pidfile", str(folder / "pid"), "--userdb", str(folder / "users"),
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await listening(process, port, secure_port)
        yield Relay(port, secure_port, range(49_152, 65_536), certificate)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
