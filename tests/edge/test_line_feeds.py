"""A line feed behind what has a form is no part of it: refused, before it doubles a customer or ends up in a header."""

from __future__ import annotations

from typing import Any

import pytest
from sample_place import Place
from sample_uploads import widget

API = "/api/v1"


def conversation(**customer: str) -> dict[str, Any]:
    return {"channel": "live_chat", "queue": "Support", "customer": {"name": "Ada", **customer}}


@pytest.mark.parametrize(
    ("asked", "body", "at"),
    [
        (("saara", "conversations"), conversation(email="ada@example.com\n"), "body.customer.email"),
        (("saara", "conversations"), conversation(phone="+358401234567\n"), "body.customer.phone"),
        (("saara", "conversations"), {**conversation(), "language": "fi\n"}, "body.language"),
        (
            ("admin", "users"),
            {"name": "Zed", "email": "zed@example.com\n", "roles": ["agent"], "password": "a long enough one"},
            "body.email",
        ),
        (
            ("admin", "hours"),
            {"name": "Ours", "time_zone": "Europe/Helsinki", "weekly": {"0": [["08:00", "16:00"]], "0\n": []}},
            "body.weekly",
        ),
    ],
)  # fmt: skip
async def test_a_line_feed_is_no_part_of_it(
    place: Place, asked: tuple[str, str], body: dict[str, Any], at: str
) -> None:
    person, path = asked
    client = await place.as_(person)
    before = (await client.get(f"{API}/{path}")).json()["items"]
    answer = await client.post(f"{API}/{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "request/malformed"), answer.text
    assert [one["at"] for one in answer.json()["errors"]] == [at]
    assert (await client.get(f"{API}/{path}")).json()["items"] == before


async def test_no_transcript_goes_where_no_letter_can(place: Place) -> None:
    customer, _ = await widget(place)
    body = {"email": "ada@example.com\n"}
    answer = await customer.post("/widget/v1/transcript-mail", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, "body.email")
