"""Records: what fits into fields, statuses by phase, changes that nobody loses, resolving, links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_record_form import CHOICE, DATE, FORM, NUMBER, PICKED, TEXT, YES_NO, field
from sample_talk import AT, accepted, after, an_open, closed, waiting

from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.queueing import park
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.record_change import RecordChanged, change_record
from valvomo.domain.conversations.record_link import link_refusal
from valvomo.domain.conversations.record_status import phase_of, status_of, status_refusal
from valvomo.domain.conversations.resolve import Resolution, resolve
from valvomo.domain.records.form import (
    Field,
    FieldKind,
    Phase,
    RecordForm,
    loses,
    unsound,
)
from valvomo.domain.records.values import LARGEST, Misfit, filled, has_shape, value_in, value_of
from valvomo.domain.refusals import Reason, Refusal

RECORD = Channel.RECORD


@pytest.mark.parametrize(
    ("one", "value", "expected"),
    [
        (field(TEXT), "pail", "pail"),
        (field(TEXT), 3, Misfit.NOT_TEXT),
        (field(TEXT), "a\0", Misfit.NOT_TEXT),
        (field(TEXT), "a\nb", Misfit.NOT_ONE_LINE),
        (field(TEXT, lines=True), "a\nb", "a\nb"),
        (field(TEXT, longest=3), "pail", Misfit.TOO_LONG),
        (field(TEXT, shape="AA-99"), "AB-12", "AB-12"),
        (field(TEXT, shape="AA-99"), "A1-12", Misfit.OTHER_SHAPE),
        (field(NUMBER), 3, 3),
        (field(NUMBER), 3.0, 3),
        (field(NUMBER), 2.5, 2.5),
        (field(NUMBER), "3", Misfit.NOT_NUMBER),
        (field(NUMBER), True, Misfit.NOT_NUMBER),
        (field(NUMBER), float("inf"), Misfit.TOO_LARGE),
        (field(NUMBER), 2 * LARGEST, Misfit.TOO_LARGE),
        (field(NUMBER, whole=True), 2.5, Misfit.NOT_WHOLE),
        (field(NUMBER, least=1), 0, Misfit.TOO_SMALL),
        (field(NUMBER, most=1), 2, Misfit.TOO_LARGE),
        (field(DATE), "2026-03-02", "2026-03-02"),
        (field(DATE), "2026-02-30", Misfit.NOT_DATE),
        (field(DATE), 20260302, Misfit.NOT_DATE),
        (field(DATE, earliest=date(2026, 3, 3)), "2026-03-02", Misfit.TOO_EARLY),
        (field(DATE, latest=date(2026, 3, 1)), "2026-03-02", Misfit.TOO_LATE),
        (PICKED, "a", "a"),
        (PICKED, "b", Misfit.NOT_CHOICE),
        (PICKED, "Alder", Misfit.NOT_CHOICE),
        (field(YES_NO), True, True),
        (field(YES_NO), False, False),
        (field(YES_NO), "yes", Misfit.NOT_YES_NO),
        (field(YES_NO), 1, Misfit.NOT_YES_NO),
    ],
)
def test_what_fits_into_a_field(one: Field, value: object, expected: object) -> None:
    found = value_of(one, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("one", "cell", "expected"),
    [
        (field(NUMBER), "1 234,5", 1234.5),
        (field(NUMBER), "-3", -3),
        (field(NUMBER), "1.2.3", Misfit.NOT_NUMBER),
        (field(NUMBER), "1e5", Misfit.NOT_NUMBER),
        (field(NUMBER), "nan", Misfit.NOT_NUMBER),
        (field(DATE), "2.3.2026", "2026-03-02"),
        (field(DATE), "31/12/2025", "2025-12-31"),
        (field(DATE), "2026-3-2", Misfit.NOT_DATE),
        (field(DATE), "2.3.26", Misfit.NOT_DATE),
        (PICKED, " LEPPÄ ", "a"),
        (PICKED, "birch", Misfit.NOT_CHOICE),
        (field(YES_NO), "Kyllä", True),
        (field(YES_NO), "nej", False),
        (field(YES_NO), "maybe", Misfit.NOT_YES_NO),
    ],
)
def test_what_people_write_into_files(one: Field, cell: str, expected: object) -> None:
    assert value_in(one, cell) == expected


@given(st.floats(allow_nan=True) | st.integers() | st.text() | st.booleans() | st.none())
def test_whatever_is_kept_fits_again(value: object) -> None:
    for kind in FieldKind:
        one = PICKED if kind is CHOICE else field(kind)
        kept = value_of(one, value)
        if not isinstance(kept, Misfit):
            assert value_of(one, kept) == kept


@given(st.text(alphabet="A9*-x", max_size=8))
def test_a_shape_has_a_word(shape: str) -> None:
    assert has_shape(shape.replace("*", "7").replace("9", "4").replace("A", "Ö"), shape)


@pytest.mark.parametrize(
    ("form", "at"),
    [
        (RecordForm(fields=(field(TEXT), field(TEXT))), "fields"),
        (RecordForm(fields=(field(TEXT, names={}),)), "fields.f.names"),
        (RecordForm(fields=(field(TEXT, choices=PICKED.choices),)), "fields.f.choices"),
        (RecordForm(fields=(field(CHOICE),)), "fields.f.choices"),
        (RecordForm(fields=(field(NUMBER, least=2, most=1),)), "fields.f.least"),
        (RecordForm(fields=(field(TEXT, shape="9" * 9, longest=3),)), "fields.f.shape"),
        (RecordForm(statuses=FORM.statuses[:4]), "statuses"),
        (RecordForm(statuses=()), "statuses"),
        (
            RecordForm(
                statuses=tuple(replace(one, retired=one.phase is Phase.ON_HOLD) for one in FORM.statuses)
            ),
            "statuses",
        ),
    ],
)
def test_a_form_that_nobody_can_fill_in(form: RecordForm, at: str) -> None:
    found = unsound(form)
    assert found is not None
    assert found.at == at


def test_sound_forms() -> None:
    assert unsound(RecordForm()) is None
    assert unsound(FORM) is None
    assert loses(RecordForm(), FORM) is None


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (replace(FORM, fields=FORM.fields[1:]), "fields"),
        (replace(FORM, statuses=FORM.statuses[:-1]), "statuses"),
        (replace(FORM, fields=(replace(FORM.fields[0], kind=TEXT), *FORM.fields[1:])), "fields.amount.kind"),
        (
            replace(
                FORM,
                fields=(
                    *FORM.fields[:3],
                    replace(FORM.fields[3], choices=PICKED.choices[:1]),
                    FORM.fields[4],
                ),
            ),
            "fields.wood.choices",
        ),
        (
            replace(FORM, statuses=(replace(FORM.statuses[0], phase=Phase.ON_HOLD), *FORM.statuses[1:])),
            "statuses.new.phase",
        ),
    ],
)
def test_what_records_hold_is_not_taken_from_them(now: RecordForm, at: str) -> None:
    found = loses(FORM, now)
    assert found is not None
    assert found.at == at


def record(made: Conversation, **values: Any) -> Conversation:
    return replace(made, record=replace(made.record or Record(), **values))


def changed(one: Conversation, revision: int | None = None, **wanted: Any) -> Conversation | Refusal:
    revision = (one.record or Record()).revision if revision is None else revision
    decided = change_record(one, FORM, RecordChanged(by_id="aino", **wanted), revision=revision)
    return decided if isinstance(decided, Refusal) else after(one, decided)


def test_a_change_is_kept_with_what_stood_there() -> None:
    one = record(accepted(RECORD), fields={"model": "A", "amount": 5})
    event = RecordChanged(by_id="aino", subject="Pail", due_at=AT, fields={"amount": 7, "model": "A"})
    (fact,) = change_record(one, FORM, event, revision=0)  # type: ignore[misc]
    assert isinstance(fact, RecordChanged)
    assert (fact.names, dict(fact.before)) == (
        ("subject", "due_at", "fields.amount"),
        {"subject": "", "due_at": None, "fields.amount": 5},
    )
    now = fold(one, fact, AT)
    assert now.record is not None
    assert (now.subject, now.record.due_at, now.record.fields) == ("Pail", AT, {"model": "A", "amount": 7})
    assert (now.record.revision, now.record.touched) == (1, dict.fromkeys(fact.names, 1))


def test_what_is_so_already_is_no_change() -> None:
    one = record(accepted(RECORD), fields={"model": "A"}, description="D")
    assert change_record(one, FORM, RecordChanged(by_id="a", description="D", undue=True), revision=0) == ()


def test_a_stale_change_of_the_same_thing_is_refused_and_of_another_is_not() -> None:
    one = changed(record(accepted(RECORD), fields={"model": "A"}), subject="First")
    assert isinstance(one, Conversation)
    stale = changed(one, 0, subject="Second")
    assert isinstance(stale, Refusal)
    assert (stale.reason, stale.facts) == (Reason.RECORD_CHANGED, {"changed": ["subject"], "revision": 1})
    other = changed(one, 0, fields={"amount": 5})
    assert isinstance(other, Conversation)
    assert other.record is not None
    assert (other.subject, other.record.fields) == ("First", {"model": "A", "amount": 5})


@pytest.mark.parametrize(
    ("wanted", "errors"),
    [
        ({"fields": {"amount": 101}}, [("fields.amount", "too_large")]),
        ({"fields": {"nothing": 1}}, [("fields.nothing", "unknown")]),
        ({"fields": {"model": None}}, [("fields.model", "needed")]),
        ({"fields": {"old": "x"}}, [("fields.old", "retired")]),
        ({"subject": " ", "fields": {"wood": "b"}}, [("fields.wood", "not_choice"), ("subject", "needed")]),
    ],
)
def test_what_does_not_fit_is_listed_and_nothing_is_changed(wanted: Any, errors: list[Any]) -> None:
    found = changed(record(accepted(RECORD), fields={"model": "A"}), **wanted)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.RECORD_UNFIT
    assert [(one["at"], one["problem"]) for one in found.facts["errors"]] == errors  # type: ignore[attr-defined]


def test_a_retired_field_keeps_what_it_holds_and_can_be_emptied() -> None:
    assert filled(FORM, {"old": "x"}, before={"old": "x"}) == ({"old": "x"}, [])
    assert filled(FORM, {"old": None}, before={"old": "x"}) == ({"old": None}, [])


def test_a_status_lasts_as_long_as_its_phase() -> None:
    one = record(accepted(RECORD), status="testing", fields={"model": "A"})
    assert (phase_of(one), status_of(one, FORM).key) == (Phase.IN_PROGRESS, "testing")
    parked = after(one, park("aino", one, None))
    assert (phase_of(parked), status_of(parked, FORM).key) == (Phase.ON_HOLD, "parts")
    assert parked.record is not None
    assert parked.record.status is None


PHASES = {
    "open": an_open(RECORD),
    "in_progress": accepted(RECORD),
    "on_hold": waiting(RECORD),
    "resolved": closed(RECORD),
}
REACHED = {
    # from each phase: what its owner may choose, and what others who keep it may
    "open": ({"new", "later"}, {"new", "later"}),
    "in_progress": ({"new", "later", "doing", "testing", "parts"}, {"doing", "testing"}),
    "on_hold": ({"new", "later", "doing", "testing", "parts"}, {"parts"}),
    "resolved": ({"fixed", "not_fixed"}, {"fixed", "not_fixed"}),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("owner", [True, False])
def test_which_statuses_are_within_reach(phase: str, owner: bool) -> None:
    one = PHASES[phase]
    assert phase_of(one) == phase
    found = {
        status.key for status in FORM.statuses if status_refusal(one, FORM, status.key, owner=owner) is None
    }
    assert found == REACHED[phase][0 if owner else 1]
    for key in ("gone", "nothing"):
        refusal = status_refusal(one, FORM, key, owner=owner)
        assert refusal is not None
        assert refusal.reason is Reason.UNKNOWN_STATUS


def test_resolving_needs_what_must_be_filled_in_by_then_and_keeps_the_outcome() -> None:
    one = record(accepted(RECORD), fields={"model": "A"})
    lacking = resolve("aino", one, FORM, Resolution())
    assert isinstance(lacking, Refusal)
    assert lacking.facts["errors"] == [{"at": "fields.repaired", "problem": "needed"}]
    full = record(one, fields={"model": "A", "repaired": "2026-03-01"})
    wrong = resolve("aino", full, FORM, Resolution(status="doing"))
    assert isinstance(wrong, Refusal)
    assert wrong.reason is Reason.UNKNOWN_STATUS
    now = after(full, resolve("aino", full, FORM, Resolution(status="not_fixed", outcome="Worn out")))
    assert now.record is not None
    assert (now.closed_as, now.record.status, now.record.outcome) == ("resolved", "not_fixed", "Worn out")
    assert status_of(now, FORM).key == "not_fixed"


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (accepted(), Reason.NO_RECORD),
        (closed(RECORD), Reason.CLOSED),
        (accepted(RECORD, by=("eino", "Eino")), Reason.NOT_YOURS),
        (an_open(RECORD), Reason.NOT_ACTIVE),
        (waiting(RECORD), Reason.NOT_ACTIVE),
    ],
)
def test_who_cannot_resolve_what(one: Conversation, reason: Reason) -> None:
    found = resolve("aino", one, FORM, Resolution())
    assert isinstance(found, Refusal)
    assert found.reason is reason


def test_links_are_of_records_and_with_something_else() -> None:
    one, other = accepted(RECORD), replace(accepted(), id="other")
    assert link_refusal(one, other) is None
    assert link_refusal(one, replace(closed(), id="other")) is None
    reasons = [link_refusal(*pair) for pair in ((other, one), (closed(RECORD), other), (one, one))]
    assert [found.reason for found in reasons if found] == [
        Reason.NO_RECORD,
        Reason.CLOSED,
        Reason.LINK_TO_ITSELF,
    ]


@given(st.lists(st.sampled_from(["subject", "amount", "due", "undue", "model"]), max_size=12), st.data())
def test_no_change_is_ever_lost(steps: list[str], data: st.DataObject) -> None:
    """Two people change a record; each change thought out on what they had seen. None is overwritten unseen."""
    one = record(accepted(RECORD), fields={"model": "A"})
    seen: list[Conversation] = [one]
    for number, step in enumerate(steps):
        known = data.draw(st.sampled_from(seen))
        assert known.record is not None
        choices: dict[str, dict[str, Any]] = {
            "subject": {"subject": f"S{number}"},
            "amount": {"fields": {"amount": number}},
            "undue": {"undue": True},
            "model": {"fields": {"model": f"M{number}"}},
            "due": {"due_at": AT + timedelta(days=number)},
        }
        name = {"amount": "fields.amount", "model": "fields.model", "due": "due_at", "undue": "due_at"}.get(
            step, step
        )
        found = changed(one, known.record.revision, **choices[step])
        assert one.record is not None
        if one.record.touched.get(name, 0) > known.record.revision:
            nothing = step == "undue" and one.record.due_at is None
            assert isinstance(found, Conversation if nothing else Refusal)
        else:
            assert isinstance(found, Conversation)
        if isinstance(found, Conversation):
            one = found
            seen.append(one)
