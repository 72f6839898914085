"""The doorbell: who is woken by what. How others hear it: tests/bus."""

from valvomo.db.doorbell import Doorbell


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
