"""Who hears whom: the whole table, case by case, and what must hold for any call."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.calls.hearing import SENDING, Hears, Leg, Part, hearing, hears, recorded, sees

C, A, S, L, W, P = (
    Part.CUSTOMER, Part.AGENT, Part.CONSULT, Part.LISTENER, Part.WHISPERER, Part.SPEAKER,
)  # fmt: skip
TABLE = {
    # hearer:  customer agent consult listener whisperer speaker
    C: "yyyn ny",
    A: "yyyn yy",
    S: "yyyn ny",
    L: "yyyn ny",
    W: "yyyn ny",
    P: "yyyn ny",
}
"""y: the hearer of the row hears the source of the column. Columns are in the order of `Part`."""


@pytest.mark.parametrize(("hearer", "source"), list(product(Part, Part)))
@pytest.mark.parametrize("state", list(product([False, True], repeat=3)))
def test_each_pair(hearer: Part, source: Part, state: tuple[bool, bool, bool]) -> None:
    held, muted, private = state
    seen = TABLE[hearer].replace(" ", "")[list(Part).index(source)] == "y"
    seen = seen and not (held and C in {hearer, source})
    seen = seen and not (private and hearer is C)
    one, other = Leg(id="a", part=hearer), Leg(id="b", part=source, muted=muted, private=private)
    assert sees(one, other, held=held) is seen
    assert hears(one, other, held=held) is (seen and not muted)


def call(*parts: Part) -> list[Leg]:
    return [Leg(id=one.value, part=one) for one in parts]


def heard(legs: list[Leg], *, held: bool = False) -> dict[str, str]:
    """What each hears, in words."""
    return {
        one: " ".join(sorted(found.sources)) or ("music" if found.music else "nothing")
        for one, found in hearing(legs, held=held).items()
    }


def test_monitoring_is_silent() -> None:
    assert heard(call(C, A, L)) == {"customer": "agent", "agent": "customer", "listener": "agent customer"}


def test_a_whisper_reaches_the_agent_alone() -> None:
    assert heard(call(C, A, W)) == {
        "customer": "agent",
        "agent": "customer whisperer",
        "whisperer": "agent customer",
    }


def test_who_has_joined_is_heard_by_everybody() -> None:
    assert heard(call(C, A, P, S)) == {
        "customer": "agent consult speaker",
        "agent": "consult customer speaker",
        "speaker": "agent consult customer",
        "consult": "agent customer speaker",
    }


def test_who_mutes_their_microphone_is_seen_on() -> None:
    matrix = hearing([Leg(id="customer", part=C), Leg(id="agent", part=A, muted=True)])
    assert matrix["customer"] == Hears(frozenset(), seen=frozenset({"agent"}))
    assert matrix["agent"] == Hears(frozenset({"customer"}), seen=frozenset({"customer"}))


def test_on_hold_the_house_talks_among_itself() -> None:
    assert heard(call(C, A, S, L, W), held=True) == {
        "customer": "music",
        "agent": "consult whisperer",
        "consult": "agent",
        "listener": "agent consult",
        "whisperer": "agent consult",
    }


def test_whoever_speaks_in_the_conversation_is_kept_and_nobody_who_does_not() -> None:
    muted = Leg(id="muted", part=A, muted=True)
    assert recorded([*call(C, A, S, L, W, P), muted]) == {"customer", "agent", "consult", "speaker"}


def test_on_hold_nothing_is_kept() -> None:
    assert recorded(call(*Part), held=True) == frozenset()


def test_who_waits_hears_music_and_who_is_with_somebody_silent_does_not() -> None:
    assert heard(call(C)) == {"customer": "music"}
    assert heard(call(C, L)) == {"customer": "music", "listener": "customer"}
    silent = [Leg(id="customer", part=C), Leg(id="agent", part=A, muted=True)]
    assert heard(silent) == {"customer": "nothing", "agent": "customer"}
    assert heard([Leg(id="customer", part=C), Leg(id="consult", part=S, private=True)])["customer"] == "music"


LEGS = st.lists(
    st.builds(
        Leg,
        id=st.uuids().map(str),
        part=st.sampled_from(Part),
        muted=st.booleans(),
        private=st.booleans(),
    ),
    unique_by=lambda one: one.id,
    max_size=9,
)


@given(LEGS, st.booleans())
def test_whatever_the_call_is(legs: list[Leg], held: bool) -> None:
    matrix = hearing(legs, held=held)
    by_id = {one.id: one for one in legs}
    assert matrix.keys() == by_id.keys()
    for one, found in matrix.items():
        sources = [by_id[each] for each in found.sources]
        assert one not in found.seen
        assert found.sources == {each for each in found.seen if not by_id[each].muted}
        assert all(each.part in SENDING and not each.muted for each in sources)
        assert not (found.music and by_id[one].part is not C)
        assert all(by_id[one].part is A for each in sources if each.part is W)
        if by_id[one].part is C and held:
            assert found == Hears(music=True)
    assert all(by_id[one].part not in {L, W} for one in recorded(legs, held=held))
    assert not (held and recorded(legs, held=held))
    assert not any(by_id[one].muted for one in recorded(legs, held=held))


@given(LEGS)
def test_a_listener_changes_nothing_for_anybody_else(legs: list[Leg]) -> None:
    with_listener = hearing([*legs, Leg(id="silent", part=L)])
    with_listener.pop("silent")
    assert with_listener == hearing(legs)
