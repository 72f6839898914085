"""E-mail from a customer's mailbox to a desk and back: threads, machines, bounces, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_files import PDF, picture
from sample_floor import AATU, AINO, HOUSE, Floor
from sample_line import LOOPBACK, conversation_of, messages
from sample_mailbox import ImapServer
from sample_media import Files, written
from sample_post import ADDRESS, Post, answer, mail, words

from valvomo.channels import PROVIDERS
from valvomo.channels.email.provider import MOST_FILE_BYTES, Email
from valvomo.channels.email.threads import token_of
from valvomo.channels.port import Health
from valvomo.commands.attachments.uploading import BeginUpload
from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.beginning import Beginning
from valvomo.commands.channels.mending import TryAgain
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.begin import BeginConversation
from valvomo.commands.execute import Done
from valvomo.domain.attachments.attached import Upload
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.port import once
from valvomo.protocol.pages import Page
from valvomo.queries.channels import arrivals
from valvomo.queries.verify import verify


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with ImapServer().open() as server:
        yield server


@pytest.fixture
async def post(floor: Floor, imap: ImapServer) -> AsyncIterator[Post]:
    async with Post.open(floor, imap.port) as opened:
        yield opened


async def test_a_mail_becomes_a_conversation_and_its_answer_comes_back_to_it(
    post: Post, imap: ImapServer
) -> None:
    floor = post.floor
    imap.put(mail("Missä paketti on?", "one"))
    await post.take_in()
    one = await conversation_of(floor)
    await floor.done(AINO, serve.Pick(conversation_id=one))
    await floor.write(AINO, one, "Tulossa on.")
    await post.send()
    (got,) = post.got()
    assert (got["To"], got["Subject"], got["In-Reply-To"]) == (
        "aada@example.net",
        "Re: Paketti",
        "<one@example.net>",
    )
    assert got.get_content().strip() == "Tulossa on."
    assert post.box.came[0].mail_from == ADDRESS
    imap.put(answer(got, "Kiitos!", "two"))
    await post.take_in()
    assert await words(floor) == [
        ("Paketti", "customer", "Missä paketti on?"),
        ("Paketti", "primary", "Tulossa on."),
        ("Paketti", "customer", f"Kiitos!\n\n> On Mon, Help <{ADDRESS}> wrote:\n> > Tulossa on."),
    ]
    assert (await messages(floor, one))[1][1:] == ("sent", None)
    assert all(one.flags == {"\\Seen"} for one in imap.mails[:1]), (
        "what is kept is marked, and nothing else happens to it"
    )
    report = await verify(floor.database)
    assert report.clean, report.findings


async def test_two_matters_of_one_customer_are_two_conversations(post: Post, imap: ImapServer) -> None:
    imap.put(mail("Paketti?", "one"))
    imap.put(mail("Lasku?", "two", Subject="Lasku"))
    imap.put(mail("Re: lasku", "three", Subject="Re: Lasku", In_Reply_To="<two@example.net>"))
    await post.take_in()
    said = await words(post.floor)
    assert sorted(said, key=lambda one: one[0]) == [
        ("Lasku", "customer", "Lasku?"),
        ("Lasku", "customer", "Re: lasku"),
        ("Paketti", "customer", "Paketti?"),
    ]


async def test_the_same_subject_alone_joins_nothing(post: Post, imap: ImapServer) -> None:
    imap.put(mail("Yksi", "one"))
    imap.put(mail("Kaksi", "two", Subject="Re: Paketti"))
    await post.take_in()
    assert len(await post.floor.sql("SELECT 1 FROM conversations")) == 2


async def test_who_is_copied_and_answers_is_somebody_else(post: Post, imap: ImapServer) -> None:
    imap.put(mail("Minä", "one", Cc="bob@example.net"))
    imap.put(mail("Minäkin", "two", sender="Bob <bob@example.net>", In_Reply_To="<one@example.net>"))
    await post.take_in()
    rows = await post.floor.sql(
        "SELECT c.body ->> 'customer_name' AS name, a.address FROM conversations c"
        " JOIN channel_conversations a ON a.conversation_id = c.id ORDER BY 1"
    )
    token = token_of("<one@example.net>")
    assert [tuple(row) for row in rows] == [
        ("Aada", f"aada@example.net {token}"),
        ("Bob", f"bob@example.net {token}"),
    ]


async def test_an_answer_that_was_quicker_than_what_it_answers_to_is_in_one_thread(
    post: Post, imap: ImapServer
) -> None:
    imap.put(mail("Toinen", "two", In_Reply_To="<one@example.net>"))
    imap.put(mail("Ensimmäinen", "one"))
    await post.take_in()
    assert [text for *_, text in await words(post.floor)] == ["Toinen", "Ensimmäinen"]
    assert len(await post.floor.sql("SELECT 1 FROM conversations")) == 1


async def test_an_answer_to_what_has_ended_begins_anew_with_the_same_customer(
    post: Post, imap: ImapServer
) -> None:
    floor = post.floor
    imap.put(mail("Yksi", "one"))
    await post.take_in()
    one = await conversation_of(floor)
    await floor.done(AINO, serve.Pick(conversation_id=one))
    await floor.done(AINO, serve.End(conversation_id=one))
    imap.put(mail("Vielä", "two", Subject="Re: Paketti", In_Reply_To="<one@example.net>"))
    await post.take_in()
    rows = await floor.sql("SELECT contact_id AS contact FROM conversations")
    assert len(rows) == 2
    assert len({row["contact"] for row in rows}) == 1


async def test_a_customer_is_known_by_what_the_trusted_server_says(floor: Floor, imap: ImapServer) -> None:
    results = "mx.example.org; dmarc=pass header.from=example.net"
    async with Post.open(floor, imap.port, vouching_server="mx.example.org") as post:
        imap.put(mail("Yksi", "one", Authentication_Results=results))
        imap.put(mail("Kaksi", "two", Authentication_Results=results))
        imap.put(mail("Kolme", "three"))
        await post.take_in()
    rows = await floor.sql(
        "SELECT m.text, c.contact_id FROM conversations c JOIN public_messages m ON m.conversation_id = c.id"
    )
    contacts = {row["text"]: row["contact_id"] for row in rows}
    assert contacts["Yksi"] == contacts["Kaksi"] != contacts["Kolme"]
    known = await floor.sql("SELECT kind, value FROM identities")
    assert [tuple(row) for row in known] == [("email", "aada@example.net")]


async def test_machines_begin_nothing_and_are_noted(post: Post, imap: ImapServer) -> None:
    floor = post.floor
    imap.put(mail("Lomalla", "one", Auto_Submitted="auto-replied", Subject="Poissa"))
    imap.put(mail("Uutiset", "two", List_Id="<news.example.net>"))
    imap.put(mail("Kaiku", "three", sender=ADDRESS))
    await post.take_in()
    assert await floor.sql("SELECT 1 FROM conversations") == []
    rows = await floor.sql("SELECT problem FROM arrivals WHERE done_at IS NOT NULL ORDER BY sent_at")
    assert [row["problem"] for row in rows] == ["automatic_reply: Poissa", "list: Paketti", "loop: Paketti"]
    async with floor.database.asking() as tx:
        first = await arrivals(tx, AATU, post.account_id, state="left", cursor=None, limit=2)
        assert isinstance(first, Page)
        assert first.next is not None
        second = await arrivals(tx, AATU, post.account_id, state="left", cursor=first.next, limit=2)
        refused = await arrivals(tx, AINO, post.account_id, state="left", cursor=None, limit=2)
    assert isinstance(second, Page)
    assert isinstance(refused, Refusal)
    assert {one.address for one in (*first.items, *second.items)} == {"aada@example.net", ADDRESS}
    assert len({one.id for one in (*first.items, *second.items)}) == 3


async def test_a_machine_wakes_nobody_in_what_goes_on(post: Post, imap: ImapServer) -> None:
    floor = post.floor
    imap.put(mail("Hei", "one"))
    await post.take_in()
    one = await conversation_of(floor)
    before = await floor.sql("SELECT version FROM conversations WHERE id = $1", one)
    imap.put(mail("Lomalla", "two", In_Reply_To="<one@example.net>", Auto_Submitted="auto-replied"))
    await post.take_in()
    assert await floor.sql("SELECT version FROM conversations WHERE id = $1", one) == before


async def test_so_much_from_one_sender_waits_for_a_person(floor: Floor, imap: ImapServer) -> None:
    async with Post.open(floor, imap.port, per_sender_hour=3) as post:
        for number in range(5):
            imap.put(mail(f"Viesti {number}", f"m{number}"))
        imap.put(mail("Toinen", "other", sender="Bob <bob@example.net>"))
        await post.take_in()
        assert len(await floor.sql("SELECT 1 FROM conversations")) == 4
        rows = await floor.sql("SELECT key, problem FROM arrivals WHERE given_up_at IS NOT NULL")
        assert len(rows) == 2
        assert all("within an hour" in row["problem"] for row in rows)
        await floor.done(AATU, TryAgain(account_id=post.account_id, key=rows[0]["key"]))
        await post.arrive()
        assert len(await floor.sql("SELECT 1 FROM conversations")) == 5, "nothing of it is lost"


async def test_what_comes_back_has_failed_with_the_reason(post: Post, imap: ImapServer) -> None:
    floor = post.floor
    imap.put(mail("Hei", "one"))
    await post.take_in()
    one = await conversation_of(floor)
    await floor.done(AINO, serve.Pick(conversation_id=one))
    await floor.write(AINO, one, "Hei vain")
    await post.send()
    about = post.got()[0]["Message-ID"]
    imap.put(
        b"From: MAILER-DAEMON@mx\r\nSubject: Undelivered\r\nMessage-ID: <b@mx>\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Action: failed\r\nStatus: 5.2.2\r\n"
        b"Diagnostic-Code: smtp; 552 mailbox full\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        + about.encode() + b"\r\n\r\n--b--\r\n"
    )  # fmt: skip
    await post.take_in()
    assert (await messages(floor, one))[1] == ("Hei vain", "failed", "unreachable")


async def test_what_is_too_large_or_broken_is_kept_for_a_person_and_holds_up_nobody(
    floor: Floor, imap: ImapServer
) -> None:
    async with Post.open(floor, imap.port, largest_mb=1) as post:
        imap.put(mail("x" * 80 + "\n", "large", Subject="Suuri") + b"y" * (2 << 20))
        imap.put(
            b"From: eve@example.net\r\n"
            + b"".join(
                b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)
            )
        )
        imap.put(mail("Takana", "behind"))
        await post.take_in()
        assert [text for *_, text in await words(floor)] == ["Takana"]
        rows = await floor.sql(
            "SELECT key, problem FROM arrivals WHERE given_up_at IS NOT NULL ORDER BY sent_at"
        )
        assert "2.0 MB are more than are taken in" in rows[0]["problem"]
        assert "cannot be read" in rows[1]["problem"]
        await floor.done(AATU, TryAgain(account_id=post.account_id, key=rows[0]["key"]))
        await post.arrive()
        assert ("Suuri", "customer", "Suuri") in await words(floor)


async def test_nothing_is_read_twice_when_the_server_numbers_anew(post: Post, imap: ImapServer) -> None:
    imap.put(mail("Yksi", "one"))
    imap.put(mail("Kaksi", "two"))
    await post.take_in()
    imap.renumber()
    assert not await post.hear(), "it has hung up"
    imap.put(mail("Kolme", "three"))
    await post.take_in()
    assert sorted(text for *_, text in await words(post.floor)) == ["Kaksi", "Kolme", "Yksi"]


async def test_what_lay_there_before_is_others_matter(floor: Floor, imap: ImapServer) -> None:
    imap.put(mail("Vanha", "old"))
    async with Post.open(floor, imap.port) as post:
        imap.put(mail("Uusi", "new"))
        await post.take_in()
    assert [text for *_, text in await words(floor)] == ["Uusi"]


async def test_a_death_before_it_is_kept_reads_it_again_and_keeps_it_once(
    post: Post, imap: ImapServer
) -> None:
    imap.put(mail("Hei", "one"))
    used = await post.ear._used()
    assert used is not None
    provider = PROVIDERS["email"]
    assert isinstance(provider, Email)
    for _ in range(2):
        heard = await provider.listen(used.account, post.http)
        assert len(heard.items) == 1
    await post.take_in()
    assert [text for *_, text in await words(post.floor)] == ["Hei"]
    assert all(not one.flags for one in imap.mails), "what is not known to be kept is not touched"


async def test_mail_is_moved_where_it_is_wanted(floor: Floor, imap: ImapServer) -> None:
    async with Post.open(floor, imap.port, afterwards="move", moved_to="Done") as post:
        imap.put(mail("Hei", "one"))
        await post.take_in()
        assert imap.moved == {}, "only what is kept is moved"
        imap.put(mail("Hei taas", "two"))
        await post.take_in()
        assert [one.uid for one in imap.moved["Done"]] == [1]


@pytest.mark.parametrize(
    ("says", "delivery", "problem"),
    [
        ("550 5.1.1 No such user", "failed", "invalid_address"),
        ("552 5.3.4 Too big", "failed", "too_long"),
        ("554 5.7.1 Spam", "failed", "blocked"),
        ("451 4.3.0 Later", "queued", None),
    ],
)
async def test_what_the_mail_server_says_is_heeded(
    post: Post, *, imap: ImapServer, says: str, delivery: str, problem: str | None
) -> None:
    floor = post.floor
    imap.put(mail("Hei", "one"))
    await post.take_in()
    one = await conversation_of(floor)
    await floor.done(AINO, serve.Pick(conversation_id=one))
    await floor.write(AINO, one, "Hei vain")
    post.box.says = says
    await post.send()
    assert (await messages(floor, one))[1][1:] == (delivery, problem)


async def test_a_look_says_what_is_wrong(post: Post, imap: ImapServer) -> None:
    setting_up = SettingUp(post.floor.executor, post.opener, LOOPBACK)
    health = await setting_up.check(AATU, post.account_id)
    assert isinstance(health, Health)
    assert (health.well, health.detail) == (True, f"{ADDRESS} · INBOX")
    imap.secret = "another"
    health = await setting_up.check(AATU, post.account_id)
    assert isinstance(health, Health)
    assert (health.well, health.problem) == (False, "account")
    sent = await setting_up.send_test(AATU, post.account_id, ("me@example.net", "This is a test."))
    assert isinstance(sent, Done)
    assert post.got()[0]["To"] == "me@example.net"


async def test_secrets_are_not_told_to_another_server(post: Post, imap: ImapServer) -> None:
    (row,) = await post.floor.sql("SELECT settings FROM channel_accounts WHERE organization_id = $1", HOUSE)
    setting_up = SettingUp(post.floor.executor, post.opener, LOOPBACK)
    for changed in ({"smtp_host": "evil.example"}, {"imap_port": 1}, {"token_url": "https://evil.example"}):
        command = ChangeChannelAccount(account_id=post.account_id, settings={**row["settings"], **changed})
        refused = await setting_up.change(AATU, command, None, None)
        assert isinstance(refused, Refusal), changed


async def test_files_come_and_go(post: Post, imap: ImapServer, tmp_path: Path) -> None:
    floor = post.floor
    imap.put(mail("Kuitti on mukana.", "one", file=("kuitti.pdf", PDF)))
    imap.put(mail("", "two", file=("kuva.png", picture()), In_Reply_To="<one@example.net>"))
    await post.take_in()
    one = await conversation_of(floor)
    async with Files.of(floor, post.opener, tmp_path) as files:
        assert await files.fetch() == 2
        first, second = await written(floor, one)
        assert (first.text, first.names) == ("Kuitti on mukana.", ["kuitti.pdf"])
        assert (second.text, second.names) == ("", ["kuva.png"])
        await floor.done(AINO, serve.Pick(conversation_id=one))
        sent = await files.brought(AINO, one, PDF, "hyvitys ä.pdf")
        await floor.write(AINO, one, "Ole hyvä.", attachments=(sent,))
        await post.send(files.enclosures)
    (got,) = post.got()
    (enclosed,) = list(got.iter_attachments())
    assert (enclosed.get_filename(), enclosed.get_content_type(), enclosed.get_content()) == (
        "hyvitys ä.pdf",
        "application/pdf",
        PDF,
    )
    body = got.get_body()
    assert body is not None
    assert body.get_content().strip() == "Ole hyvä."


async def test_what_is_too_much_for_mail_is_refused_before_it_is_sent(
    post: Post, imap: ImapServer, tmp_path: Path
) -> None:
    floor = post.floor
    await floor.sql("""UPDATE workstreams SET attachments = '{"house": {"largest": 40000000}}'""")
    imap.put(mail("Hei", "one"))
    await post.take_in()
    one = await conversation_of(floor)
    await floor.done(AINO, serve.Pick(conversation_id=one))
    pdf = BeginUpload(conversation_id=one, name="a.pdf", media_type="application/pdf")
    untold = replace(pdf, name="a", media_type="")
    data = PDF.ljust(MOST_FILE_BYTES + 1)
    async with Files.of(floor, post.opener, tmp_path) as files:
        for command, announced in ((pdf, MOST_FILE_BYTES + 1), (untold, MOST_FILE_BYTES + 1), (pdf, 0)):
            refused = await files.intake.receive(AINO, command, once(data), announced=announced)
            assert isinstance(refused, Refusal)
            assert (refused.reason, refused.facts["largest"]) == (
                Reason.ATTACHMENT_TOO_LARGE,
                MOST_FILE_BYTES,
            )
        note = replace(pdf, visibility=Visibility.INTERNAL)
        assert isinstance(await files.intake.receive(AINO, note, once(data)), Upload), "it stays in the house"
        halves = [
            await files.brought(AINO, one, PDF.ljust(MOST_FILE_BYTES // 2 + 1), "a.pdf") for _ in range(2)
        ]
        together = await floor.write(AINO, one, "Ole hyvä.", attachments=tuple(halves))
        assert isinstance(together, Refusal)
        assert together.reason is Reason.ATTACHMENT_TOO_LARGE
        assert not isinstance(await floor.write(AINO, one, "Ole hyvä.", attachments=(halves[0],)), Refusal)
    assert [row["text"] for row in await floor.sql("SELECT text FROM public_messages ORDER BY seq")] == [
        "Hei", "Ole hyvä.",
    ]  # fmt: skip


async def test_a_machine_brings_no_files(post: Post, imap: ImapServer) -> None:
    imap.put(mail("Lomalla", "one", file=("virus.exe", PDF), Auto_Submitted="auto-replied"))
    await post.take_in()
    assert await post.floor.sql("SELECT 1 FROM channel_media") == []


async def test_an_account_that_is_not_to_be_asked_any_more_is_let_go(post: Post, imap: ImapServer) -> None:
    listening = asyncio.ensure_future(post.ear.listen())  # noqa: TID251 - awaited below
    await imap.until("IDLE")
    command = ChangeChannelAccount(account_id=post.account_id, disabled=True)
    await post.floor.done(AATU, command)
    imap.put(mail("Hei", "one"))
    await listening
    assert imap.commands[-1] == "LOGOUT"
    assert await post.floor.sql("SELECT 1 FROM leases WHERE holder = 'process-1'") == []


@pytest.mark.slow
async def test_whatever_comes_is_taken_in_or_kept_for_a_person(post: Post, imap: ImapServer) -> None:
    """Slow because it is much: parts of every kind, torn, nested, in charsets that lie, all through the database."""
    dice = random.Random(2047)
    whole = [mail("Hei", "a", file=("kuva.png", picture())), mail("Hei\n> vanha", "b"), ODD_MAIL]
    for number in range(30):
        data = bytearray(dice.choice(whole))
        for _ in range(dice.randrange(1, 12)):
            place = dice.randrange(len(data))
            data[place : place + dice.randrange(4)] = dice.choice(ODD_BYTES)
        imap.put(bytes(data).replace(b"<a@", b"<%d@" % number))
    rows: list[Any] = []
    for _ in range(8):
        # As many at a time as the machine reads in a few seconds.
        if len(rows) < 30:
            await post.take_in()
            rows = await post.floor.sql("SELECT done_at, given_up_at, problem, attempts FROM arrivals")
    assert len(rows) == 30
    assert all(row["done_at"] or row["given_up_at"] for row in rows)
    assert {row["attempts"] for row in rows} == {0}, "nothing has failed on its way in"
    report = await verify(post.floor.database)
    assert report.clean, report.findings


ODD_BYTES = (
    b"\x00", b"\xff\xfe", b"=?utf-8?b?", b"\r\n\r\n", b"--b\r\n", b"<script>", b"\xed\xa0\x80", b"charset=zip",
    b";", b'"', b"\r\nContent-Type: message/rfc822\r\n\r\n", b"=", b"",
)  # fmt: skip
ODD_MAIL = b"\r\n".join(
    [
        b"From: =?x?q?a?= <c@example.net>", b"To: help@example.org", b"Subject: =?utf-8?b?8J+YgA==?=",
        b"Message-ID: <a@odd>",
        b'Content-Type: multipart/mixed; boundary="b"', b"", b"--b", b'Content-Type: text/html; charset="x"', b"",
        b"<p onclick=alert(1)>Hei<script>alert(1)</script>", b"--b",
        b"Content-Type: multipart/alternative; boundary=c", b"", b"--c", b"Content-Type: text/plain",
        b"Content-Transfer-Encoding: base64", b"", b"SGVp", b"--c--", b"--b--", b"",
    ]
)  # fmt: skip


async def test_who_is_written_to_first_answers_in_the_same_conversation(post: Post, imap: ImapServer) -> None:
    floor = post.floor
    await floor.done(AATU, ChangeChannelAccount(account_id=post.account_id, begins=True))
    beginning = Beginning(floor.executor, post.opener)
    for number in range(2):
        command = BeginConversation(
            account_id=post.account_id, address="Aada@Example.net", client_id=f"c{number}",
            text=f"Hei {number}!\nPaketti on tullut.",
        )  # fmt: skip
        done = await beginning.begin(AINO, command, None)
        assert isinstance(done, Done), done
    await post.send()
    first, second = sorted(post.got(), key=lambda one: str(one["Subject"]))
    assert (first["To"], first["Subject"], first["In-Reply-To"]) == ("aada@example.net", "Hei 0!", None)
    imap.put(answer(second, "Kiitos!", "one"))
    await post.take_in()
    rows = await floor.sql(
        "SELECT conversation_id, count(*) AS said FROM public_messages GROUP BY 1 ORDER BY conversation_id"
    )
    assert [row["said"] for row in rows] == [1, 2]
