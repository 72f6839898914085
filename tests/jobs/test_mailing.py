"""Mailing against a mail server on loopback: letters arrive once, refused ones are given up, others tried again."""

from __future__ import annotations

from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from sample_floor import Floor
from sample_letterbox import Box, listening

from valvomo.bus.local import LocalBus
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.janitor import Janitor
from valvomo.jobs.mailing import Mailing, MailServer

pytestmark = pytest.mark.slow


async def write(floor: Floor) -> None:
    async with floor.database.transaction() as tx:
        await tx.run(
            "alerts.write_mails",
            "organization-1",
            ["boss@example.org"],
            "Huomio:\r\nBcc: x",
            "Ä text",
            floor.clock(),
        )


def mailing(floor: Floor, port: int | None) -> Mailing:
    url = "" if port is None else f"smtp://127.0.0.1:{port}"
    server = MailServer.of(url, "valvomo@example.org")
    return Mailing(floor.database, Doorbell(LocalBus()), floor.clock, server)


async def test_a_letter_arrives_once_and_its_subject_is_one_line(floor: Floor, box: tuple[Box, int]) -> None:
    await write(floor)
    job = mailing(floor, box[1])
    await job.round()
    await job.round()
    (letter,) = box[0].came
    assert letter.rcpt_tos == ["boss@example.org"]
    assert "Bcc: x" not in letter.content.decode().splitlines()
    (row,) = await floor.sql("SELECT * FROM mails")
    assert row["sent_at"] is not None


@pytest.mark.parametrize(("says", "given_up"), [("451 later", False), ("550 never", True)])
async def test_what_is_not_taken_is_tried_again_or_given_up(
    floor: Floor, box: tuple[Box, int], says: str, given_up: bool
) -> None:
    await write(floor)
    box[0].says = says
    job = mailing(floor, box[1])
    await job.round()
    (row,) = await floor.sql("SELECT * FROM mails")
    assert (row["given_up_at"] is not None) is given_up
    assert says.split()[1] in row["problem"]
    box[0].says = "250 OK"
    floor.clock.advance(60)
    await job.round()
    assert len(box[0].came) == (0 if given_up else 1)


async def test_what_came_of_letters_is_kept_for_a_month(floor: Floor) -> None:
    await write(floor)
    await mailing(floor, None).round()
    await write(floor)
    sweeper = Janitor(floor.database, floor.executor, floor.clock, process_id="process-1", live=dict)
    await sweeper.round()
    assert len(await floor.sql("SELECT 1 FROM mails")) == 2
    floor.clock.advance(31 * 24 * 3600)
    await sweeper.round()
    assert [row["given_up_at"] for row in await floor.sql("SELECT * FROM mails")] == [None]


async def test_a_letter_is_taken_just_before_it_is_sent(
    floor: Floor, box: tuple[Box, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await write(floor)
    taken: list[int] = []
    send = Mailing._send

    async def noted(self: Mailing, letter: Any) -> Any:
        leased = await floor.sql("SELECT 1 FROM mails WHERE due > $1 AND sent_at IS NULL", floor.clock())
        taken.append(len(leased))
        return await send(self, letter)

    monkeypatch.setattr(Mailing, "_send", noted)
    await mailing(floor, box[1]).round()
    assert taken == [1, 1, 1], (
        "the others are for whoever has time, and no lease of theirs runs out meanwhile"
    )
    assert len(box[0].came) == 3


async def test_a_password_is_said_to_nobody_in_the_clear(floor: Floor) -> None:
    said: list[object] = []

    def heard(*_: object) -> AuthResult:
        said.append(_)
        return AuthResult(success=True)

    with listening(authenticator=heard, auth_require_tls=False) as (box, port):
        await write(floor)
        server = MailServer.of(f"smtp://me:secret@127.0.0.1:{port}", "valvomo@example.org")
        await Mailing(floor.database, Doorbell(LocalBus()), floor.clock, server).round()
    assert (said, box.came) == ([], [])
    (row,) = await floor.sql("SELECT * FROM mails")
    assert "STARTTLS" in row["problem"]
    assert row["given_up_at"] is None


async def test_without_a_server_it_says_so(floor: Floor) -> None:
    await write(floor)
    await mailing(floor, None).round()
    (row,) = await floor.sql("SELECT * FROM mails")
    assert "VALVOMO_SMTP_URL" in row["problem"]
    assert row["given_up_at"] is not None


def test_addresses_of_mail_servers() -> None:
    server = MailServer.of("smtps://me%40here:p%23ss@mail.example", "a@b")
    assert server == MailServer(
        host="mail.example", port=465, tls=True, sender="a@b", user="me@here", password="p#ss"
    )
    plain = MailServer.of("smtp://mail.example:25", "a@b")
    assert plain is not None
    assert (plain.port, plain.tls, plain.user) == (25, False, None)
