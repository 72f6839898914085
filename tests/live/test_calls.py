"""Who is told of whom in a call: by readers and parts, all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_talk import AT, QUEUE, elevated

from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.conversations.model import Conversation, Participant, Role
from valvomo.live.calls import CallSignal, KeysSignal, LegSignal, call_keys, call_status
from valvomo.protocol.lookups import Lookups

EVERYBODY = ("kaisa", "aino", "eino", "onni", "lea", "vera", "saara")


def beside(person: str, role: Role, *, public: bool = False, coaching: bool = False) -> Participant:
    return Participant(id=person, name=person.title(), role=role, since=AT, public=public, coaching=coaching)


def crowded() -> Conversation:
    """A customer, an agent, one consult of each kind, and one supervisor of each kind."""
    return replace(
        elevated(),
        contact_id="kaisa",
        participants=(
            beside("eino", Role.CONSULT),
            beside("onni", Role.CONSULT, public=True),
            beside("lea", Role.MONITOR),
            beside("vera", Role.MONITOR, coaching=True),
            beside("saara", Role.SUPERVISOR, public=True),
        ),
    )


def reader(person: str) -> Actor:
    customer = person == "kaisa"
    watches = person in ("lea", "vera", "saara")
    return Actor(
        id=person,
        organization_id="o",
        name=person.title(),
        kind=ActorKind.CUSTOMER if customer else ActorKind.USER,
        roles=frozenset() if customer else frozenset({UserRole.SUPERVISOR if watches else UserRole.AGENT}),
        queues=frozenset() if customer else frozenset({QUEUE}),
        supervised=frozenset({QUEUE}) if watches else frozenset(),
    )


def signal(call: str = "call") -> CallSignal:
    legs = tuple(LegSignal(person_id=one, connected=True, speaking=one == "vera") for one in EVERYBODY)
    return CallSignal(organization_id="o", conversation_id="c", call_id=call, legs=legs)


ALL = set(EVERYBODY)
KNOWN = {
    "kaisa": {"kaisa", "aino", "onni", "saara"},
    "aino": ALL - {"lea"},
    "eino": ALL - {"lea", "vera"},
    "onni": ALL - {"lea", "vera"},
    "lea": ALL,
    "vera": ALL,
    "saara": ALL,
}


@pytest.mark.parametrize("person", EVERYBODY)
def test_who_is_told_of_whom(person: str) -> None:
    shown = call_status(signal(), crowded(), reader(person), Lookups())
    assert shown is not None
    assert {one.name.lower() for one in shown.legs} == KNOWN[person]
    assert [one.you for one in shown.legs].count(True) == 1
    assert all(one.id is None for one in shown.legs) is (person == "kaisa")


def test_agents_who_are_shown_monitors_are_told_of_them() -> None:
    shown = Lookups(supervision=Supervision(show_agents_monitored=True))
    told = call_status(signal(), crowded(), reader("eino"), shown)
    assert told is not None
    assert len(told.legs) == len(EVERYBODY)


def test_of_another_call_nothing_is_said() -> None:
    assert call_status(signal("former"), crowded(), reader("aino"), Lookups()) is None


def test_whoever_has_no_part_in_it_any_more_is_not_shown() -> None:
    alone = replace(crowded(), participants=())
    shown = call_status(signal(), alone, reader("saara"), Lookups())
    assert shown is not None
    assert [one.part.value for one in shown.legs] == ["customer", "agent"]


@pytest.mark.parametrize("person", EVERYBODY)
def test_what_the_customer_presses_is_the_agents_to_know(person: str) -> None:
    pressed = KeysSignal(organization_id="o", conversation_id="c", call_id="call", keys="4111#")
    told = call_keys(pressed, crowded(), reader(person), Lookups())
    assert (told.keys if told else None) == ("4111#" if person == "aino" else None)
    former = replace(crowded(), owner_id="eino", owner_name="Eino")
    assert (call_keys(pressed, former, reader(person), Lookups()) is not None) is (person == "eino")


def test_what_was_pressed_in_another_call_is_nobodys_any_more() -> None:
    pressed = KeysSignal(organization_id="o", conversation_id="c", call_id="former", keys="1")
    assert call_keys(pressed, crowded(), reader("aino"), Lookups()) is None
