"""The shipped proxy configurations at work: only names, ports and certificates are others."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sample_certificate import Certificate, certificate_in
from sample_forks import LEASH
from sample_server import PATIENCE, free_port, wait_until

SHIPPED = Path(__file__).parents[2] / "deploy" / "proxy"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/valvomo.conf;
}}
"""
CADDY = "{{\n\tadmin off\n\thttp_port {plain}\n\tskip_install_trust\n}}\n"


@dataclass(slots=True, kw_only=True)
class Proxy:
    """One of `nginx`, `caddy` and `haproxy`, on loopback, in front of backends at these ports."""

    kind: str
    folder: Path
    backends: Sequence[int]
    certificate: Certificate
    port: int = field(default_factory=free_port)
    plain: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def trusting(self) -> ssl.SSLContext:
        """A client's, who trusts the proxy's certificate."""
        return ssl.create_default_context(cafile=self.certificate.certificate)

    def prepare(self) -> list[str]:
        """Write its configuration; the command that runs it."""
        whole = self.folder / "haproxy.pem"
        whole.write_bytes(self.certificate.certificate.read_bytes() + self.certificate.key.read_bytes())
        replaced = {
            "127.0.0.1:8300": f"127.0.0.1:{self.backends[0]}",
            "127.0.0.1:8301": f"127.0.0.1:{self.backends[-1]}",
            "/etc/ssl/valvomo/certificate.pem": str(self.certificate.certificate),
            "/etc/ssl/valvomo/key.pem": str(self.certificate.key),
            "/etc/ssl/valvomo/haproxy.pem": str(whole),
            "desk.example.org {": f"{self.address} {{",
            "desk.example.org": "localhost",
            "listen 80;": f"listen 127.0.0.1:{self.plain};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "maxconn 20000": "maxconn 500",
            "bind :80": f"bind 127.0.0.1:{self.plain}",
            "bind :443": f"bind 127.0.0.1:{self.port}",
        }
        name = {"nginx": "nginx.conf", "caddy": "Caddyfile", "haproxy": "haproxy.cfg"}[self.kind]
        text = (SHIPPED / name).read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        return self._command(text)

    def _command(self, text: str) -> list[str]:
        if self.kind == "nginx":
            (self.folder / "valvomo.conf").write_text(text)
            (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder))
            return [
                program("nginx"),
                "-p",
                str(self.folder),
                "-c",
                str(self.folder / "nginx.conf"),
                "-e",
                "stderr",
            ]
        if self.kind == "caddy":
            (self.folder / "Caddyfile").write_text(CADDY.format(plain=self.plain) + text)
            return [
                program("caddy"),
                "run",
                "--adapter",
                "caddyfile",
                "--config",
                str(self.folder / "Caddyfile"),
            ]
        (self.folder / "haproxy.cfg").write_text(text)
        return [program("haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg")]


def program(name: str) -> str:
    """Where it is, also where only root looks."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or ""


@contextmanager
def proxy(kind: str, folder: Path, backends: Sequence[int]) -> Iterator[Proxy]:
    """The proxy, running. Skipped where it is not installed; under CI that is a failure."""
    if not program(kind):
        missing = f"{kind} is not installed: make proxies"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    made = Proxy(kind=kind, folder=folder, backends=backends, certificate=certificate_in(folder))
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen([*LEASH, *made.prepare()], stdout=log, stderr=log, env=environment)
    try:
        wait_until(lambda: _listens(made.port) or process.poll() is not None)
        assert process.poll() is None, (folder / "proxy.log").read_text()
        yield made
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
