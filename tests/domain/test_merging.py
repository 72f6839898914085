"""Merging contacts: a forest that a merge joins and taking it back parts again, exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.contacts.merging import group_of, merge, root_of
from valvomo.domain.refusals import Reason, Refusal

PEOPLE = [f"k{number}" for number in range(8)]
PAIRS = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=20)


def joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    merges: dict[str, str] = {}
    for pair in pairs:
        decided = merge(merges, *pair)
        if isinstance(decided, tuple):
            merges[decided[0]] = decided[1]
    return merges


def groups(merges: dict[str, str]) -> set[frozenset[str]]:
    return {group_of(merges, one) for one in PEOPLE}


def test_a_contact_is_not_merged_with_itself() -> None:
    found = merge({}, "a", "a")
    assert isinstance(found, Refusal)
    assert found.reason is Reason.SAME_CONTACT


def test_what_is_merged_is_the_customer() -> None:
    assert merge({"a": "b"}, "a", "c") == ("b", "c")
    assert merge({"a": "b"}, "c", "a") == ("c", "b")
    assert merge({"a": "b"}, "b", "a") is None
    assert merge({"a": "b", "c": "b"}, "a", "c") is None


@given(PAIRS)
def test_everybody_is_in_exactly_one_group_with_one_root(pairs: list[tuple[str, str]]) -> None:
    merges = joined(pairs)
    found = groups(merges)
    assert sorted(one for group in found for one in group) == PEOPLE
    for group in found:
        assert {root_of(merges, one) for one in group} <= group
        assert len({root_of(merges, one) for one in group}) == 1


@given(PAIRS, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
def test_taking_a_merge_back_restores_exactly(pairs: list[tuple[str, str]], one: str, into: str) -> None:
    before = joined(pairs)
    decided = merge(before, one, into)
    if not isinstance(decided, tuple):
        return
    merged = {**before, decided[0]: decided[1]}
    assert groups(merged) < groups(before) | {group_of(before, one) | group_of(before, into)}
    taken_back = {name: to for name, to in merged.items() if name != decided[0]}
    assert taken_back == before


@given(PAIRS, st.data())
def test_merges_can_be_taken_back_in_any_order(pairs: list[tuple[str, str]], data: st.DataObject) -> None:
    merges = joined(pairs)
    for one in data.draw(st.permutations(sorted(merges))):
        whole = group_of(merges, one)
        del merges[one]
        assert group_of(merges, one) < whole
    assert groups(merges) == {frozenset({one}) for one in PEOPLE}
