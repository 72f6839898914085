"""Refusals become problem documents: status, words, facts."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.problems import NOT_NOW, STATUSES, Problem, problem_of, status_of
from valvomo.protocol.texts.catalogue import LANGUAGES

STANDARD = {"type", "title", "status", "detail"}


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_said_without_facts(reason: Reason, language: str) -> None:
    document = problem_of(Refusal(reason), language).document()
    assert set(document) == STANDARD
    assert document["type"] == reason.value
    assert document["title"]
    assert document["detail"]
    assert 400 <= status_of(reason) <= 503


def test_a_reason_has_one_status() -> None:
    listed = [reason for reasons in STATUSES.values() for reason in reasons]
    assert len(listed) == len(set(listed))
    assert NOT_NOW not in STATUSES


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (Reason.NOT_SIGNED_IN, 401),
        (Reason.EXPIRED, 401),
        (Reason.WRONG_CREDENTIALS, 401),
        (Reason.INTEGRATION_ACCOUNT, 403),
        (Reason.ROLE_NEEDED, 403),
        (Reason.SWITCHED_OFF, 403),
        (Reason.NARROWED_FOR_YOU, 403),
        (Reason.NARROWED_FOR_QUEUE, 403),
        (Reason.CONSENT_REFUSED, 403),
        # Whoever has not answered yet may say yes.
        (Reason.CONSENT_PENDING, 409),
        (Reason.AGENT_FIGURES_OFF, 403),
        (Reason.BEGIN_OFF, 403),
        (Reason.CALLS_OFF, 403),
        (Reason.NOT_FOUND, 404),
        (Reason.METHOD_NOT_ALLOWED, 405),
        (Reason.NOT_ASSIGNABLE, 409),
        (Reason.NO_CAPACITY, 409),
        (Reason.CHANGED_MEANWHILE, 409),
        (Reason.TOO_LARGE, 413),
        (Reason.UNKNOWN_TARGET, 422),
        (Reason.CONSENT_NEEDED, 422),
        (Reason.RATE_LIMITED, 429),
        (Reason.INTERNAL, 500),
        (Reason.BUSY, 503),
    ],
)
def test_statuses_of_the_specification(reason: Reason, status: int) -> None:
    assert status_of(reason) == status


@pytest.mark.parametrize(
    "reason", [one for one in Reason if one.value.startswith(("conversation/", "offer/"))]
)
def test_a_state_that_stands_against_it_is_not_now(reason: Reason) -> None:
    assert status_of(reason) == NOT_NOW


def test_codes_are_words_in_the_detail_and_codes_in_the_document() -> None:
    refusal = Refusal(Reason.PRESENCE_NOT_ALLOWED, {"agent": "Eino Laine", "presence": "do_not_disturb"})
    document = problem_of(refusal, "sv", instance="/v1/conversations/1/assign").document()
    assert document["presence"] == "do_not_disturb"
    assert document["agent"] == "Eino Laine"
    assert document["instance"] == "/v1/conversations/1/assign"
    assert "Närvaro: stör ej." in str(document["detail"])


def test_who_has_it_now_is_said() -> None:
    refusal = Refusal(
        Reason.NOT_ASSIGNABLE, {"state": "active", "stage": "accepted", "owner": "Aino Korhonen"}
    )
    assert "With: Aino Korhonen." in problem_of(refusal, "en").detail


def test_a_missing_owner_reads_as_unknown() -> None:
    refusal = Refusal(Reason.NOT_OPEN, {"state": "active", "owner": None})
    assert problem_of(refusal, "fi").detail.endswith("Hoitaja nyt: ei tiedossa.")


def test_facts_never_replace_a_standard_member() -> None:
    problem = Problem(type="a/b", title="t", status=409, detail="d", facts={"status": "open", "owner": "x"})
    assert problem.document() == {"type": "a/b", "title": "t", "status": 409, "detail": "d", "owner": "x"}


@given(
    reason=st.sampled_from(Reason),
    language=st.sampled_from(LANGUAGES),
    facts=st.dictionaries(
        st.sampled_from(
            ("state", "owner", "queue", "agent", "presence", "role", "right", "exceeded_by", "limit")
        ),
        st.none() | st.integers(-(2**31), 2**31) | st.text("aÄ{}%0_. €", max_size=20),
    ),
)
def test_any_facts_make_a_document_that_json_can_carry(
    reason: Reason, language: str, facts: dict[str, object]
) -> None:
    document = problem_of(Refusal(reason, facts), language).document()
    assert msgspec.json.decode(msgspec.json.encode(document)) == document
    assert {name: document[name] for name in facts} == facts
