"""The doorbell: who is woken by what. How others hear it: tests/bus."""

from valvomo.db.doorbell import Doorbell, Said


def listening() -> tuple[Doorbell, list[str], list[str]]:
    bell, everything, rights = Doorbell(), list[str](), list[str]()
    bell.listen(everything.append)
    bell.listen(rights.append, words=False)
    return bell, everything, rights


def test_whoever_cares_for_rights_is_not_woken_by_words() -> None:
    bell, everything, rights = listening()
    bell.ring("one", words=True)
    bell.ring("two")
    assert (everything, rights) == (["one", "two"], ["two"])


def test_what_may_have_been_missed_may_have_been_anything() -> None:
    bell, everything, rights = listening()
    bell.heard("")
    assert (everything, rights) == ([""], [""])


def test_what_was_said_is_handed_to_who_takes_it_in_place_of_a_ring() -> None:
    bell, everything, rights = listening()
    rung, taken = list[str](), list[tuple[str, Said]]()
    bell.listen(rung.append, taker=lambda house, said: taken.append((house, said)))
    said = Said(facts=(), messages=())
    bell.ring("one", words=True, said=said)
    bell.ring("two")
    bell.heard("")
    assert (everything, rights, rung) == (["one", "two", ""], ["two", ""], ["two", ""])
    assert taken == [("one", said)]


def test_what_is_to_be_taken_in_first_wakes_only_those_who_do_that() -> None:
    bell, everything, rights = listening()
    taking = list[str]()
    bell.listen(taking.append, words=False, arrivals=True)
    bell.ring("one", arrived=True)
    bell.ring("two", words=True)
    bell.ring("three")
    bell.heard("somebody four arrivals")
    bell.heard("somebody five something-new")
    assert (everything, rights) == (["two", "three", "five"], ["three", "five"])
    assert taking == ["one", "three", "four", "five"]
