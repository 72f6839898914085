"""What customers who went had been told is kept for as long as many come back."""

from valvomo.live import left
from valvomo.live.left import Left


def test_who_comes_back_soon_is_known_and_who_stays_away_is_forgotten() -> None:
    now = [0.0]
    kept = Left(lambda: now[0])
    kept.keep("one", (3, ()))
    now[0] = left.KEPT_SECONDS
    kept.keep("two", (4, ()))
    assert (kept.told("one"), kept.told("two"), kept.told("none")) == ((3, ()), (4, ()), (0, ()))
    now[0] += 1
    kept.keep("three", (5, ()))
    assert (kept.told("one"), kept.told("two")) == ((0, ()), (4, ()))
    for number in range(left.MOST_LEFT):
        kept.keep(str(number), (number, ()))
    assert kept.told("three") == (0, ())
