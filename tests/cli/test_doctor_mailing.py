"""The doctor's look at the house's mail server, from one that is away to one that takes nothing from us."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from sample_certificate import certificate_in
from sample_letterbox import listening

from valvomo.cli.doctor import mailing
from valvomo.cli.doctor.finding import State
from valvomo.settings import Settings

SENDER = "valvomo@example.org"


def settings(port: int, user: str = "", host: str = "127.0.0.1") -> Settings:
    return Settings(smtp_url=f"smtp://{user}{host}:{port}", mail_from=SENDER)


async def test_none_is_configured() -> None:
    assert (await mailing.examine(Settings())).state is State.NOT_CONFIGURED


async def test_one_that_takes_letters_gets_none() -> None:
    with listening() as (box, port):
        found = await mailing.examine(settings(port))
    assert (found.state, found.seen) == (State.OK, f"127.0.0.1:{port} takes letters from {SENDER}")
    assert box.came == []


async def test_one_that_is_away() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        found = await mailing.examine(settings(nobody.getsockname()[1]))
    assert found.state is State.BROKEN
    assert "VALVOMO_SMTP_URL" in found.cure


async def test_one_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "PATIENCE_SECONDS", 0.2)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        found = await mailing.examine(settings(mute.getsockname()[1]))
    assert (found.state, found.seen.rpartition(" ")[2]) == (State.BROKEN, "TimeoutError")


async def test_one_that_takes_nothing_from_our_address() -> None:
    with listening() as (box, port):
        box.says_to_sender = "553 not yours"
        found = await mailing.examine(settings(port))
    assert found.state is State.BROKEN
    assert "553 not yours" in found.seen
    assert "VALVOMO_MAIL_FROM" in found.cure


async def test_one_without_encryption_hears_no_password() -> None:
    with listening(auth_require_tls=False) as (_, port):
        found = await mailing.examine(settings(port, "house:hidden@"))
    assert found.state is State.BROKEN
    assert "hidden" not in found.seen + found.cure


@pytest.mark.parametrize("right", [True, False])
async def test_who_is_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: bool) -> None:
    made = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)

    def door(*_: object) -> AuthResult:
        return AuthResult(success=right, handled=False)

    with listening(tls_context=context, authenticator=door) as (_, port):
        found = await mailing.examine(settings(port, "house:hidden@", "localhost"))
    assert found.state is (State.OK if right else State.BROKEN)
    assert right or "does not let us in: 535" in found.seen
    assert "hidden" not in found.seen + found.cure
