"""Quotations told from words, and letters of the house as mails."""

from __future__ import annotations

import email
import json
from datetime import UTC, datetime
from email import policy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valvomo.channels.email.decoding import header, headers, plain_address
from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.quoting import Parts, split
from valvomo.channels.email.reading import PREFIX, read
from valvomo.channels.email.threads import is_ours, named, own_id, recipient, token_of
from valvomo.channels.email.writing import written
from valvomo.channels.port import Letter, RejectedError
from valvomo.domain.conversations.quoted import said_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE = "01a2287f-bd50-7043-8471-2cc40e90e6d2"
TOKEN = token_of("<root@example.net>")
LEDE = "On Mon, Mar 2, 2026 at 11:00 AM Example <help@example.org>\nwrote:"
GMAIL = f"Kiitos!\n\n{LEDE}\n\n> Hei\n>\n> vanha\n"
OUTLOOK = "Thanks\n\n____________\nFrom: Help <help@example.org>\nSent: Monday\nTo: A\nSubject: x\n\nold"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hei", Parts("Hei")),
        (GMAIL, Parts("Kiitos!", "", f"{LEDE}\n\n> Hei\n>\n> vanha")),
        ("Joo\n\nma 2.3.2026 Help kirjoitti:\n> vanha", Parts("Joo", "", "ma 2.3.2026 Help kirjoitti:\n> vanha")),
        ("Ja\n\nDen 2 mars 2026 skrev Help:\n> gammalt", Parts("Ja", "", "Den 2 mars 2026 skrev Help:\n> gammalt")),
        (OUTLOOK, Parts("Thanks", "", OUTLOOK.partition("\n\n")[2])),
        ("Ok\n\n-----Alkuperäinen viesti-----\nvanha", Parts("Ok", "", "-----Alkuperäinen viesti-----\nvanha")),
        ("Ok\n\n> vanha\n> toinen", Parts("Ok", "", "vanha\ntoinen")),
        ("Ok\n-- \nAada\nYritys Oy", Parts("Ok", "Aada\nYritys Oy")),
        ("Ok\n-- \nAada\n\n> vanha", Parts("Ok", "Aada", "vanha")),
        # Answers between the lines stay there.
        ("> Tuleeko?\nTulee.\n> Milloin?\nHuomenna.", Parts("> Tuleeko?\nTulee.\n> Milloin?\nHuomenna.")),
        ("> pelkkä lainaus", Parts("> pelkkä lainaus")),
        ("He wrote:\nsomething else", Parts("He wrote:\nsomething else")),
    ],
)  # fmt: skip
def test_what_is_answered_to_is_told_from_words(text: str, parts: Parts) -> None:
    assert split(text) == parts


def test_what_is_forwarded_stays_whole() -> None:
    assert split(OUTLOOK, "FW: x").said == OUTLOOK
    assert split(OUTLOOK, "Re: x").said == "Thanks"


PIECES = st.lists(
    st.sampled_from(
        ["Hei", "> a", ">> b", ">", "", "-- ", "--", "On Mon, A wrote:", "A kirjoitti:", "From: a", "Sent: b", "To: c",
         "-----Original Message-----", "____________", "  x  ", "yksi\ttoinen", "> -- "]
    )
    | st.text(max_size=12),
    max_size=14,
).map("\n".join)  # fmt: skip


@given(PIECES)
@settings(deadline=None)
def test_nothing_is_lost_and_what_is_folded_is_no_word(text: str) -> None:
    joined = split(text).joined()
    marks = str.maketrans("", "", "> -")
    before, after = ("".join(one.translate(marks).split()) for one in (text, joined))
    assert after == before
    assert split(text).said.startswith(said_of(joined)) or said_of(joined) == joined


CASES = json.loads((Path(__file__).parents[1] / "samples" / "quoted.json").read_text())
"""The console folds by the same ones."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_what_stays_when_the_rest_is_folded(case: dict[str, str]) -> None:
    assert said_of(case["text"]) == case["said"]


def setup(**changed: Any) -> EmailSettings:
    given = {
        "address": "help@example.org",
        "name": "Example Oy",
        "imap_host": "m",
        "smtp_host": "m",
        **changed,
    }
    return EmailSettings(**given)


def letter(text: str = "Tulossa on.", **more: Any) -> Letter:
    given = {
        "id": ONE, "conversation_id": "c", "address": f"aada@example.net {TOKEN}", "text": text, "author_name": "Aino",
        "language": "fi", "subject": "Paketti", "created_at": NOW, "at": NOW,
        "cursor": {
            "message_id": "<two@example.net>", "references": ["<root@example.net>"], "subject": "Re: VS: Paketti",
        },
        **more,
    }  # fmt: skip
    return Letter(**given)


def parsed(one: Letter, **changed: Any) -> Any:
    return email.message_from_bytes(written(setup(**changed), one).content, policy=policy.default)


def test_an_answer_belongs_to_its_thread() -> None:
    mail = written(setup(), letter())
    message = email.message_from_bytes(mail.content, policy=policy.default)
    assert message["To"] == "aada@example.net"
    assert message["From"].addresses[0].addr_spec == "help@example.org"
    assert message["From"].addresses[0].display_name == "Aino (Example Oy)"
    assert message["Subject"] == "Re: Paketti"
    assert message["In-Reply-To"] == "<two@example.net>"
    assert message["References"].split() == ["<root@example.net>", "<two@example.net>"]
    assert message["Message-ID"] == mail.message_id == own_id(ONE, TOKEN, "help@example.org")
    assert named([mail.message_id], [], {"help@example.org"}) == TOKEN
    assert message.get_content().strip() == "Tulossa on."
    assert message["Auto-Submitted"] is None
    assert mail == written(setup(), letter(at=datetime(2026, 3, 4, tzinfo=UTC))), "the same at every attempt"


def test_what_no_person_has_written_says_so_and_has_no_persons_name() -> None:
    message = parsed(letter(automatic=True))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["From"].addresses[0].display_name == "Example Oy"
    assert parsed(letter(), agent_names=False)["From"].addresses[0].display_name == "Example Oy"


def test_a_signature_and_what_is_answered_to() -> None:
    cursor = {"message_id": "<two@x>", "subject": "Paketti", "quote": "Missä?\n\nAada", "at": NOW.isoformat()}
    text = (
        parsed(letter(cursor=cursor), signature="Example Oy\nPL 1", quote=True)
        .get_content()
        .replace("\r\n", "\n")
    )
    assert text == (
        "Tulossa on.\n\n-- \nExample Oy\nPL 1\n\n2026-03-02 09:00 UTC, aada@example.net:\n> Missä?\n>\n> Aada\n"
    )
    assert "Missä" not in parsed(letter(cursor=cursor)).get_content()


def test_addresses_with_a_token_in_them() -> None:
    mail = written(setup(plus_addresses=True), letter())
    assert header(email.message_from_bytes(mail.content), "reply-to") == f"help+t-{TOKEN}@example.org"
    assert mail.sender.startswith("help+b-")
    assert len(mail.sender.partition("@")[0]) <= 64
    long = setup(plus_addresses=True, address=f"{'a' * 40}@example.org")
    assert written(long, letter()).sender == long.address


def test_a_first_letter_begins_a_thread() -> None:
    mail = written(setup(), letter(address="aada@example.net", cursor={}))
    message = email.message_from_bytes(mail.content)
    assert message["In-Reply-To"] is None
    assert header(message, "subject") == "Paketti"
    assert is_ours(mail.message_id, {"help@example.org"})


@pytest.mark.parametrize("address", ["", "nobody", "a b@c", "ä@example.net", "a@b\r\nBcc: c@d", "unknown x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(RejectedError):
        written(setup(), letter(address=f"{address} {TOKEN}"))


def test_a_domain_in_any_script() -> None:
    assert written(setup(), letter(address=f"a@hätä.example {TOKEN}")).recipient == "a@xn--ht-viab.example"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None)
def test_whatever_is_said_arrives_and_puts_no_header_in(
    text: str, subject: str, author: str, name: str
) -> None:
    one = letter(text, cursor={"message_id": "<x@y>", "subject": subject}, author_name=author)
    content = written(msgspec.structs.replace(setup(), name=name), one).content
    content.decode("ascii")
    head, _, _ = content.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert all(len(line) <= 320 for line in head.split(b"\r\n"))
    message = email.message_from_bytes(content)
    known = {"from", "to", "subject", "date", "message-id", "in-reply-to", "references", "x-loop", "content-language",
             "content-type", "content-transfer-encoding", "mime-version"}  # fmt: skip
    assert {one.lower() for one in message} == known
    assert recipient(one.address)[0] == header(message, "to")
    assert read(content).senders[0][1] == "help@example.org"
    wanted = f"Re: {PREFIX.sub('', subject)}"
    if subject and "=?" not in subject and len(subject) <= 250:
        assert bare(next(headers(message, "subject"))) == bare(wanted)


def bare(text: str) -> str:
    """Without what a header cannot have, and without blanks, which may stand where it is folded."""
    return "".join(one for one in text if one.isprintable() and not one.isspace())


@given(st.text(max_size=60))
def test_an_address_is_one_in_one_way_only(text: str) -> None:
    found = plain_address(text)
    assert found is None or (found.count("@") == 1 and " " not in found and "\n" not in found)
