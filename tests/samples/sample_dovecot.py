"""A real Dovecot on loopback, in a folder of its own, where it is installed."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "hunter2"
CONF = """
base_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{home}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = {least}
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
state_dir = {home}/state
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Done {{
    auto = create
  }}
  mailbox Käsitellyt {{
    auto = create
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}
}}
"""


@dataclass
class Dovecot:
    """A server with one mailbox, opened with `PASSWORD` whoever asks."""

    port: int
    home: Path
    owner: tuple[int, int]

    def deliver(self, content: bytes) -> None:
        """A mail comes, as a delivery agent puts it into a Maildir."""
        name = f"{time.time_ns()}.{os.getpid()}.test"
        waiting, there = (self.home / "mail" / folder / name for folder in ("tmp", "new"))
        waiting.parent.mkdir(parents=True, exist_ok=True)
        there.parent.mkdir(parents=True, exist_ok=True)
        waiting.write_bytes(content)
        os.chown(waiting, *self.owner)
        waiting.rename(there)

    def names(self, folder: str = "") -> list[str]:
        """The files of mails in a folder, with their flags."""
        place = self.home / "mail" / (f".{folder}" if folder else "")
        return sorted(one.name for part in ("new", "cur") for one in (place / part).glob("*"))


def missing() -> str:
    """Why there is none here, empty if there is."""
    if shutil.which("dovecot") is None:
        return "Dovecot is not installed (Debian's package dovecot-imapd)"
    return "" if os.getuid() == 0 else "Dovecot as it is packaged has to be started by root"


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Started, and ended by its process id.

    Its folder is no test's: those lie in one that belongs to root alone whenever another session begins.
    """
    with tempfile.TemporaryDirectory(prefix="valvomo-dovecot-") as folder:
        yield from _started(Path(folder))


def _started(home: Path) -> Iterator[Dovecot]:
    user = pwd.getpwnam("dovecot" if _known("dovecot") else "nobody")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for folder in ("mail/new", "mail/cur", "mail/tmp", "run", "state"):
        (home / folder).mkdir(parents=True)
    for path in [home, *home.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid)
    group = grp.getgrgid(user.pw_gid).gr_name
    (home / "conf").write_text(
        CONF.format(
            home=home, port=port, user=user.pw_name, group=group, least=min(user.pw_uid, 100), password=PASSWORD,
        )
    )  # fmt: skip
    process = subprocess.Popen(["dovecot", "-F", "-c", str(home / "conf")])
    try:
        _until_up(port, process, home)
        yield Dovecot(port, home, (user.pw_uid, user.pw_gid))
    finally:
        process.terminate()
        process.wait(timeout=20)


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _until_up(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, (home / "log").read_text()
        with socket.socket() as one:
            one.settimeout(1)
            if one.connect_ex(("127.0.0.1", port)) == 0 and one.recv(20).startswith(b"* OK"):
                return
        time.sleep(0.05)
    raise AssertionError((home / "log").read_text())
