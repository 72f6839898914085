"""Moments and numbers in letters, as people write them in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from valvomo.protocol.texts import written
from valvomo.protocol.texts.catalogue import LANGUAGES

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("29 Mar 2026, 04:00:00", "1 Mar 2026 – 31 Mar 2026", "83%", "4.1")),
        ("fi", ("29.3.2026 4.00.00", "1.3.2026 – 31.3.2026", "83\N{NO-BREAK SPACE}%", "4,1")),
        ("sv", ("29 mars 2026 04:00:00", "1 mars 2026 – 31 mars 2026", "83\N{NO-BREAK SPACE}%", "4,1")),
        ("xx", ("29 Mar 2026, 04:00:00", "1 Mar 2026 – 31 Mar 2026", "83%", "4.1")),
    ],
)
def test_as_it_is_written(language: str, said: tuple[str, str, str, str]) -> None:
    """At one o'clock in UTC that night clocks in Finland went from three to four."""
    moment = written.moment(language, datetime(2026, 3, 29, 1, tzinfo=UTC), HELSINKI)
    month = written.days(language, date(2026, 3, 1), date(2026, 3, 31))
    found = (moment, month, written.share(language, 0.834), written.score(language, 4.06))
    assert found == (f"{said[0]} (Europe/Helsinki)", *said[1:])
    assert written.days(language, date(2026, 3, 1), date(2026, 3, 1)) == said[1].split(" – ")[0]


def test_every_language_of_texts_has_its_own_writing() -> None:
    assert set(written.LOCALES) == set(LANGUAGES)


def test_times_and_what_is_not_there() -> None:
    assert [written.length(one) for one in (0, 59.6, 3599, 3600, 45296, None)] == [
        "0:00", "1:00", "59:59", "1:00:00", "12:34:56", "–",
    ]  # fmt: skip
    assert (written.share("fi", None), written.score("fi", None)) == ("–", "–")
