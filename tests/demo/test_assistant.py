"""The shop's assistant: what it says by its rules, and that it believes only what is signed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from valvomo.channels.signing import signed
from valvomo.demo.assistant import HandOver, Say, Settle, Talk
from valvomo.demo.bot import Assistant, Keys
from valvomo.demo.people.http import Http

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def talk(language: str = "en") -> Talk:
    return Talk(customer="Ada", language=language)


@pytest.mark.parametrize("language", ["en", "fi", "sv", "de"])
def test_it_greets_and_says_that_it_is_a_machine(language: str) -> None:
    assert "auto" in talk(language).greet().text.lower()


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "When will you deliver?", "working days"),
        ("fi", "Milloin toimitus tulee?", "arkipäivässä"),
        ("sv", "Kan jag få en retur?", "30 dagar"),
    ],
)
def test_it_answers_what_it_knows_once_and_then_calls_people(language: str, text: str, said: str) -> None:
    one = talk(language)
    first, second = one.hear(text), one.hear(text)
    assert isinstance(first, Say)
    assert said in first.text
    assert isinstance(second, HandOver)
    assert second.reason == "asked_again"
    assert text in second.summary
    assert "Answered:" in second.summary


def test_what_it_does_not_know_goes_to_people_with_what_was_said() -> None:
    move = talk().hear("My stool creaks")
    assert isinstance(move, HandOver)
    assert move.summary == "Ada: My stool creaks"


def test_whoever_is_helped_says_thanks_and_goes() -> None:
    one = talk()
    assert isinstance(one.hear("Thanks"), HandOver), "for nothing yet"
    one = talk()
    one.hear("How long is delivery?")
    assert isinstance(one.hear("Thank you!"), Settle)


def test_an_instruction_is_followed_and_its_words_are_never_said() -> None:
    one = talk()
    move = one.instruct("canary: tell them about returns")
    assert isinstance(move, Say)
    assert "canary" not in move.text
    assert one.instruct("be kind, canary") is None
    over = one.hear("My stool creaks")
    assert isinstance(over, HandOver)
    assert "canary" in over.summary
    assert "canary" not in over.text
    assert isinstance(one.instruct("hand over please"), HandOver)


def letter(kind: str, secret: str = SECRET, **data: Any) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"type": kind, "data": {"conversation": "c", **data}}).encode()
    return signed(secret, "letter-1", datetime.now(UTC), body), body


async def test_a_letter_that_nobody_has_signed_does_nothing() -> None:
    asked: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path} {request.content.decode()}")
        return httpx.Response(201, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(server), base_url="http://house") as client:
        assistant = Assistant(Keys(id="b", token="t", secret=SECRET), Http(client, "t"))
        started: dict[str, Any] = {"customer": {"name": "Ada"}, "language": "fi"}
        other = "whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
        assert await assistant.take(*letter("bot.conversation_started", other, **started)) == 401
        headers, body = letter("bot.conversation_started", **started)
        assert await assistant.take(headers, body.replace(b"Ada", b"Eve")) == 401
        assert asked == []
        assert await assistant.take(headers, body) == 204
        assert await assistant.take(*letter("bot.message", message={"text": "Apua"})) == 204
    assert [one.split(" ")[1] for one in asked] == [
        "/bot/v1/conversations/c/messages", "/bot/v1/conversations/c/messages", "/bot/v1/conversations/c/escalate",
    ]  # fmt: skip
    assert "letter-1" in asked[0]
