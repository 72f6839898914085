"""Start: contact, conversation, consent and token in one commit (T1, spec 1 §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, BEGIN, HOUSE, INES, RAIJA, STRANGER, Floor

from valvomo.commands.conversations.start import StartConversation
from valvomo.db.ids import secret_digest
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.model import Channel, Consent, ConsentPolicy, State
from valvomo.domain.refusals import Reason

VISITOR = Actor(id="visitor", organization_id=HOUSE, kind=ActorKind.CUSTOMER)
START = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Kaisa", workstream_id="chat")


async def test_everything_that_the_customer_gave_is_kept(floor: Floor) -> None:
    command = replace(
        START, email="kaisa@example.com", phone="+358401234567", subject="Order", language="fi", priority=1,
        tags=("vip",), answers={"order": "17"}, issue_token=True,
    )  # fmt: skip
    done = await floor.done(VISITOR, command)
    now = await floor.get(str(done.result["id"]))
    assert (now.state, now.queue_id, now.workstream_id, now.units) == (State.OPEN, "support", "chat", 1)
    assert (now.subject, now.language, now.priority, now.tags, now.answers) == (
        "Order",
        "fi",
        1,
        ("vip",),
        {"order": "17"},
    )
    assert (now.queued_at, now.contact_id) == (BEGIN, done.result["contact"])
    (token,) = await floor.sql("SELECT * FROM customer_tokens")
    assert token["token_hash"] == secret_digest(str(done.result["token"]))
    assert (token["conversation_id"], token["contact_id"]) == (now.id, now.contact_id)
    assert str(done.result["token"]) not in str(await floor.everything())


async def test_a_known_address_is_the_same_contact_for_the_house_never_for_a_visitor(floor: Floor) -> None:
    command = replace(START, email="Kaisa@Example.com")
    contacts = [(await floor.done(who, command)).result["contact"] for who in (INES, INES, VISITOR)]
    assert contacts[0] == contacts[1] != contacts[2]


@pytest.mark.parametrize("answer", [True, False])
async def test_consent_is_asked_first_and_both_answers_are_kept(floor: Floor, answer: bool) -> None:
    await floor.sql(
        "INSERT INTO texts VALUES ($1, 'consented', 'consent', 'en', 3, 'May we?', $2)", HOUSE, BEGIN
    )
    command = replace(START, workstream_id="consented", language="sv")
    assert (await floor.refused(VISITOR, command)).reason is Reason.CONSENT_NEEDED
    done = await floor.done(VISITOR, replace(command, consent=answer))
    now = await floor.get(str(done.result["id"]))
    assert now.consent == Consent(policy=ConsentPolicy.CONSENT, answer=answer, version=3, language="en")
    (kept,) = await floor.sql("SELECT * FROM acknowledgements")
    assert (kept["person_id"], kept["conversation_id"], kept["answer"]) == (now.contact_id, now.id, answer)
    assert (kept["version"], kept["language"], kept["kind"]) == (3, "en", "consent")
    assert (await floor.all_facts())[-1].kind == "acknowledged"


async def test_a_notice_is_kept_with_the_text_that_was_shown(floor: Floor) -> None:
    for language, version in (("en", 1), ("fi", 1), ("fi", 2)):
        await floor.sql(
            "INSERT INTO texts VALUES ($1, 'noticed', 'notice', $2, $3, 'text', $4)",
            HOUSE,
            language,
            version,
            BEGIN,
        )
    done = await floor.done(VISITOR, replace(START, workstream_id="noticed", language="fi"))
    consent = (await floor.get(str(done.result["id"]))).consent
    assert (consent.policy, consent.answer, consent.version, consent.language) == ("notice", None, 2, "fi")


@pytest.mark.parametrize("actor", [INES, AINO, AATU])
async def test_nobody_claims_that_a_customer_was_shown_what_nobody_has_shown(
    floor: Floor, actor: Actor
) -> None:
    await floor.sql("INSERT INTO texts VALUES ($1, 'noticed', 'notice', 'en', 1, 'text', $2)", HOUSE, BEGIN)
    done = await floor.done(actor, replace(START, workstream_id="noticed"))
    assert (await floor.get(str(done.result["id"]))).consent == Consent(policy=ConsentPolicy.NOTICE)
    assert await floor.sql("SELECT 1 FROM acknowledgements") == []


@pytest.mark.parametrize("claim", [{"consent": True}, {"version": 1}])
async def test_staff_answer_nothing_in_a_customers_place_and_a_system_does(
    floor: Floor, claim: dict[str, Any]
) -> None:
    kind, workstream = ("consent", "consented") if "consent" in claim else ("notice", "noticed")
    await floor.sql(
        "INSERT INTO texts VALUES ($1, $2, $3, 'en', 1, 'text', $4)", HOUSE, workstream, kind, BEGIN
    )
    command = replace(START, workstream_id=workstream, **claim)
    for one in (AINO, AATU):
        refusal = await floor.refused(one, command)
        assert (refusal.reason, refusal.facts) == (Reason.ROLE_NEEDED, {"role": "integration"})
    now = await floor.get(str((await floor.done(INES, command)).result["id"]))
    assert (now.consent.answer, now.consent.version) == (claim.get("consent"), 1)
    assert len(await floor.sql("SELECT 1 FROM acknowledgements")) == 1


# What the newest texts are, what the customer was shown and said, and whether that will do.
ENGLISH_3, FINNISH_2 = ("en", 3), ("fi", 2)
SHOWN = {
    "the newest": (ENGLISH_3, "consented", {"version": 3, "text_language": "en", "consent": True}, True),
    "the newest, whatever its language": (ENGLISH_3, "consented", {"version": 3, "consent": False}, True),
    "an older one": (ENGLISH_3, "consented", {"version": 2, "text_language": "en", "consent": True}, False),
    "an older one without an answer": (ENGLISH_3, "consented", {"version": 2}, False),
    "none, before there was one": (ENGLISH_3, "noticed", {"version": 0, "text_language": "fi"}, False),
    "none, and there is none": (None, "noticed", {"version": 0, "text_language": "fi"}, True),
    "one that is not asked any more": (None, "chat", {"version": 3, "text_language": "en"}, False),
    "none where none is asked": (ENGLISH_3, "chat", {"version": 0, "text_language": "fi"}, True),
    "in the customer's language": (FINNISH_2, "noticed", {"version": 2, "text_language": "fi"}, True),
    "in English, before it was translated": (FINNISH_2, "noticed", {"version": 2, "text_language": "en"}, False),
    "a question that is a notice now, answered no": (
        FINNISH_2, "noticed", {"version": 2, "text_language": "fi", "consent": False}, False,
    ),
    "nothing is said of it": (ENGLISH_3, "noticed", {}, True),
}  # fmt: skip


@pytest.mark.parametrize("case", SHOWN)
async def test_only_the_text_that_was_shown_is_kept_as_shown(floor: Floor, case: str) -> None:
    newest, workstream, said, will_do = SHOWN[case]
    if newest is not None:
        for kind in ("notice", "consent"):
            subject = "noticed" if kind == "notice" else "consented"
            await floor.sql(
                "INSERT INTO texts VALUES ($1, $2, $3, $4, $5, 'text', $6)",
                HOUSE,
                subject,
                kind,
                *newest,
                BEGIN,
            )
    command = replace(START, workstream_id=workstream, language="fi", **said)  # type: ignore[arg-type]
    if will_do:
        now = await floor.get(str((await floor.done(VISITOR, command)).result["id"]))
        asked = newest is not None and workstream != "chat"
        assert (now.consent.language, now.consent.version) == (newest if asked else (None, None))
        return
    refusal = await floor.refused(VISITOR, command)
    assert refusal.reason is Reason.CHANGED_MEANWHILE
    language, version = newest or (None, 0)
    assert refusal.facts == {"version": version, "language": language}


# Who starts what; why not.
REFUSED = {
    "an administrator may": (AATU, START, None),
    "an agent may": (AINO, START, None),
    "an auditor": (RAIJA, START, Reason.ROLE_NEEDED),
    "no such workstream": (INES, replace(START, workstream_id="nothing"), Reason.UNKNOWN_TARGET),
    "a workstream of another channel": (INES, replace(START, channel=Channel.EMAIL), Reason.UNKNOWN_TARGET),
    "a channel without workstream": (
        INES, replace(START, workstream_id=None, channel=Channel.EMAIL), Reason.UNKNOWN_TARGET,
    ),
    "no such queue": (INES, replace(START, queue="nowhere"), Reason.UNKNOWN_TARGET),
    "a queue of another kind": (INES, replace(START, queue="Cases"), Reason.OTHER_KIND),
    "the first workstream of the channel": (INES, replace(START, workstream_id=None), None),
    "another queue of the kind": (INES, replace(START, queue="billing"), None),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_who_may_start_what(floor: Floor, case: str) -> None:
    actor, command, reason = REFUSED[case]
    if reason is None:
        await floor.done(actor, command)
    else:
        assert (await floor.refused(actor, command)).reason is reason


async def test_each_organization_starts_its_own(floor: Floor) -> None:
    mine = await floor.done(AINO, START)
    theirs = await floor.done(STRANGER, START)
    rows = await floor.sql("SELECT id, organization_id FROM conversations ORDER BY organization_id")
    assert [row["id"] for row in rows] == [mine.result["id"], theirs.result["id"]]
