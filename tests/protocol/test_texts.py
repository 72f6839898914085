"""The catalogue is complete, alike in every language, and cannot fail on facts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.acts import Act
from valvomo.domain.access.supervision import Right
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attachments.attached import Problem
from valvomo.domain.attachments.kinds import Kind
from valvomo.domain.attachments.media import MediaProblem, MediaState
from valvomo.domain.conversations.bot_rules import HandOverReason
from valvomo.domain.conversations.bots import REASONS
from valvomo.domain.conversations.call_lost import CALL_LOST
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem
from valvomo.domain.conversations.events import EVENTS
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel, Mode, OfferKind, Role, Stage, State
from valvomo.domain.conversations.scheduled import WHY
from valvomo.domain.customers.identity import Flaw
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.overflow import Trigger
from valvomo.domain.sentiment.levels import NONE, Level
from valvomo.protocol.texts.catalogue import (
    FALLBACK,
    LANGUAGES,
    SECTION_OF_FACT,
    best_language,
    in_words,
    keys,
    placeholders,
    text,
)
from valvomo.protocol.timeline import OF_ITSELF, REMEDIES, TROUBLED

ANY_LETTERS = 'aÄ{}%\\"0_. \n€😀'

TOLD = (
    "agent_joined", "supervisor_joined", "supervisor_left", "consult_joined", "consult_left", "back_in_queue",
    "house_says", "supervisor_ended", "agent_ended", "ended", "handed_to_people",
)  # fmt: skip
NOTICES = (
    "offer_accepted", "offer_rejected", "offer_expired", "offer_withdrawn", "transfer_dropped", "force_closed",
    "supervisor_joined", "took_over", "transferred_away", "alert_assigned", "alert_yours", "channel_held",
    "message_undelivered",
)  # fmt: skip
CAUSES = ("connection_lost", "right_withdrawn", "not_serving", "taking_part", "queued", "parked", "ended",
          "transfer_asked", "taken_over", "transferred", "not_possible", CALL_LOST,
          *WHY.values(), *Trigger)  # fmt: skip
SETTINGS = (
    "supervision", "attention", "organization", "queue", "user", "workstream", "text", "token", "webhook", "skill",
    "alert_rule", "hours", "presence", "template", "quick_reply", "disposition", "insight", "evaluation_form",
    "sampling_rule", "report", "record_form", "channel_account", "dispatch", "arrival", "bot", "bot_snippet",
    "widget", "sign_in", "retention",
)  # fmt: skip
REPORT = (
    "head", "foot", "started", "answered", "service_level", "abandonment", "speed_of_answer", "first_response",
    "response_time", "handle_time", "calls", "call_talk_time", "hold_time", "call_quality",
)  # fmt: skip
TRANSCRIPT = (
    "of", "where", "subject", "closed", "ongoing", "taken", "public", "redacted", "whole", "empty",
    "erased",
)  # fmt: skip
AUDITED = (
    "transcript_taken", "transcript_taken_redacted", "recording_heard",
    "created", "changed", "removed", "signed_in", "signed_in_by_provider", "failed", "locked_out",
    "signed_out", "signed_out_everywhere",
    "presence_set", "acknowledged", "looked_back", "looked_back_timeline", "looked_back_rule", "searched",
    "figures_seen", "figures_seen_of", "figures_exported",
    "evaluated_draft", "evaluated_taken", "evaluated_submitted", "evaluated_replied", "evaluated_closed",
    "alert_acknowledged", "alert_assigned", "alert_cleared",
    "contact_changed", "contact_merged", "contact_unmerged", "contact_forgotten", "contact_forgotten_by_rule",
    "records_imported_read", "records_imported_running",
    "records_imported_done", "records_imported_cancelled",
)  # fmt: skip
DETAILS = ("subject", "priority", "status", "description", "due_at")
SPOKEN_PARTS = (
    "keys", "next", "later", "soon", "about", "between", "long", "callback", "no_callback",
    "called_back", "took_over",
)  # fmt: skip
NEEDED = {
    ("unknown",),
    ("alert_mail", "subject"),
    ("alert_mail", "text"),
    *(("problem", reason.value, part) for reason in Reason for part in ("title", "detail")),
    *(("state", one.value) for one in (*State, *Stage)),
    *(("presence", one.value) for one in Presence),
    *(("role", one.value) for one in (*UserRole, *Role)),
    *(("role_for", one.value) for one in UserRole),
    *(("channel", one.value) for one in Channel),
    *(("mode", one.value) for one in Mode),
    *(("right", one.value) for one in Right),
    *(("offer", one.value) for one in OfferKind),
    *(("visibility", one.value) for one in Visibility),
    *(("file_kind", one.value) for one in Kind),
    *(("file_problem", one.value) for one in Problem),
    *(("act", one.value) for one in Act),
    *(("timeline", kind) for kind in EVENTS.keys() - {"call_troubled", "call_calmed"}),
    *(("timeline", f"call_{what}_{of}") for what in ("troubled", "calmed") for of in TROUBLED),
    *(("call_quality", str(step)) for step in range(5)),
    *(("timeline", f"{event.kind}_because") for event in OF_ITSELF),
    ("timeline", "sentiment_measured_unsurely"),
    ("timeline", "vip_unmarked"),
    ("timeline", "survey_answered_again"),
    ("timeline", "consent_declined"),
    ("timeline", "callback_requested_by_house"),
    *(("flaw", one.value) for one in Flaw),
    *(("transcript", part) for part in TRANSCRIPT),
    *(("transcript_mail", part) for part in ("subject", "head", "foot")),
    *(("sentiment", one) for one in (NONE, *Level)),
    *(("timeline", sentence) for sentence in REMEDIES.values()),
    *(("cause", code) for code in CAUSES),
    *(("onward", code) for code in ("waits", "stays", "bot", "offered")),
    *(("told", code) for code in TOLD),
    *(("notice", code) for code in NOTICES),
    *(("setting", subject) for subject in SETTINGS),
    *(("audit", code) for code in AUDITED),
    *(("report", word) for word in REPORT),
    *(("detail", name) for name in DETAILS),
    *(("media_state", state.value) for state in MediaState),
    *(("media_problem", problem.value) for problem in MediaProblem),
    *(("delivery", state.value) for state in Delivery),
    *(("delivery_problem", problem.value) for problem in DeliveryProblem),
    *(("delivery_advice", problem.value) for problem in DeliveryProblem),
    *(("reason", code) for code in (*REASONS, *HandOverReason)),
    ("bot", "greeting"),
    *(("place", code) for code in ("next", "later")),
    *(("survey", code) for code in ("question", "thanks")),
    *(("spoken", part) for part in SPOKEN_PARTS),
    *(("answer_mail", part) for part in ("subject", "files", "foot")),
    ("webhook_mail", "subject"),
    ("webhook_mail", "text"),
    *(
        ("purpose", name, part)
        for name in ("agent_monitoring", "supervisor_purpose")
        for part in ("title", "text")
    ),
}
ALL_KEYS = sorted(keys(FALLBACK))
FACTS = sorted(set().union(*(placeholders(FALLBACK, key) for key in ALL_KEYS)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_that_the_rules_can_ask_for(language: str) -> None:
    assert NEEDED - keys(language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_over_from_a_code_that_is_gone(language: str) -> None:
    open_ended = {"unknown", "state", "role", "cause", "purpose", "language"}
    assert {key for key in keys(language) if key[0] not in open_ended} - NEEDED == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_keys_and_placeholders(language: str) -> None:
    assert keys(language) == keys(FALLBACK)
    differing = [key for key in ALL_KEYS if placeholders(language, key) != placeholders(FALLBACK, key)]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_tidy(language: str) -> None:
    for key in ALL_KEYS:
        said = text(language, key)
        assert said, key
        assert said == " ".join(said.split()), key
        assert not re.search(r"[{}]", said), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_stand_alone_under_a_button_and_details_are_sentences(language: str) -> None:
    for reason in Reason:
        title = ("problem", reason.value, "title")
        assert placeholders(language, title) == set(), reason
        assert len(text(language, title)) <= 64, reason
        assert text(language, ("problem", reason.value, "detail")).endswith("."), reason


def test_customers_are_never_told_of_monitoring() -> None:
    for language, word in (("en", "monitor"), ("fi", "seura"), ("sv", "medlyssn")):
        assert not any(word in text(language, ("told", code)).lower() for code in TOLD)


@given(
    language=st.sampled_from(LANGUAGES),
    key=st.sampled_from(ALL_KEYS),
    facts=st.dictionaries(
        st.sampled_from(FACTS) | st.text(ANY_LETTERS, max_size=8),
        st.none() | st.booleans() | st.integers() | st.text(ANY_LETTERS, max_size=20),
        max_size=8,
    ),
)
def test_any_subset_of_facts_can_be_said(
    language: str, key: tuple[str, ...], facts: dict[str, object]
) -> None:
    said = text(language, key, in_words(language, facts))
    for name in placeholders(language, key):
        value = in_words(language, facts).get(name)
        assert (text(language, ("unknown",)) if value is None else str(value)) in said


def test_a_moment_is_said_to_the_minute() -> None:
    helsinki = timezone(timedelta(hours=2))
    facts = {"queue": "Support", "opens_at": datetime(2026, 3, 2, 15, 0, 7, tzinfo=helsinki)}
    said = text("en", ("problem", "target/queue-closed", "detail"), facts)
    assert "It opens again: 2026-03-02 13:00 UTC." in said


def test_a_fact_with_braces_is_said_as_it_is() -> None:
    said = text("en", ("told", "agent_joined"), {"name": "{name} {0.__class__} %s"})
    assert said == "{name} {0.__class__} %s joined the conversation."


def test_codes_become_words_and_unknown_codes_stay() -> None:
    facts = {"state": "wrap_up", "presence": "away", "cause": "unheard_of", "owner": "open", "role": None}
    assert in_words("fi", facts) == {
        "state": "jälkityössä",
        "presence": "poissa",
        "cause": "unheard_of",
        "owner": "open",
        "role": None,
    }


def test_facts_that_are_codes_name_a_section() -> None:
    assert set(SECTION_OF_FACT.values()) <= {key[0] for key in ALL_KEYS}


def test_a_language_we_do_not_speak_is_english() -> None:
    assert text("de", ("state", "open")) == "open"
    assert text("fi-FI", ("state", "open")) == "avoin"


def test_a_key_that_nobody_has_is_a_bug() -> None:
    with pytest.raises(KeyError):
        text("fi", ("problem", "no/such", "title"))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("fi", "fi"),
        ("fi-FI,fi;q=0.9,en;q=0.8", "fi"),
        ("en;q=0.5, sv;q=0.7", "sv"),
        ("de, sv-FI;q=0.3", "sv"),
        ("de,fr", "en"),
        ("fi;q=0", "en"),
        ("*", "en"),
        ("SV", "sv"),
        ("fi, sv", "fi"),
        (";;q=,,=fi;q=abc", "en"),
    ],
)
def test_the_header_chooses_the_language(header: str | None, expected: str) -> None:
    assert best_language(header, "en") == expected


@given(st.text("fisven-;q=0.1,* \tX", max_size=60))
def test_no_header_breaks_the_choice(header: str) -> None:
    assert best_language(header, "fi") in LANGUAGES
