"""Hours out of rows: zones, public holidays of the region, and days of one's own that go before them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from valvomo.db.hours import hours_of, is_region, special_of, stored, time_zones, weekly_of
from valvomo.db.public_holidays import known_region, public_holidays
from valvomo.domain.routing.hours import Span, is_open, next_closing, next_opening

ZONE = ZoneInfo("Europe/Helsinki")
EIGHT_TO_FOUR = [[480, 960]]


def row(**more: Any) -> dict[str, Any]:
    return {
        "id": "h", "name": "Office", "time_zone": "Europe/Helsinki", "region": "FI", "special": {},
        "weekly": {str(day): EIGHT_TO_FOUR for day in range(7)}, **more,
    }  # fmt: skip


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01", "2026-01-06", "2026-05-01", "2026-12-06", "2026-12-24", "2026-12-25", "2026-12-26",
        # Those that move: Good Friday and Easter Monday, Ascension, Midsummer Eve, All Saints.
        "2026-04-03", "2026-04-06", "2027-03-26", "2027-03-29", "2026-05-14", "2027-05-06", "2026-06-19", "2027-06-25",
        "2026-10-31", "2027-11-06",
    ],
)  # fmt: skip
def test_public_holidays_are_closed(day: str) -> None:
    at = noon(day)
    assert not is_open(hours_of(row(), at), at)
    assert is_open(hours_of(row(region=""), at), at)


@pytest.mark.parametrize("day", ["2026-04-07", "2027-04-06", "2026-06-18", "2026-12-23", "2026-02-14"])
def test_other_days_are_not(day: str) -> None:
    assert is_open(hours_of(row(), noon(day)), noon(day))


def test_a_special_day_goes_before_a_holiday() -> None:
    special = {"2026-12-24": [[480, 720]], "2026-12-06": [[0, 1440]]}
    hours = hours_of(row(special=special), noon("2026-12-01"))
    assert is_open(hours, noon("2026-12-06"))
    eve = noon("2026-12-24")
    assert is_open(hours, eve - timedelta(minutes=1))
    assert not is_open(hours, eve)
    assert next_opening(hours, eve) == datetime(2026, 12, 27, 6, 0, tzinfo=UTC)


def test_holidays_are_known_over_the_turn_of_the_year() -> None:
    for moment in (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, 0, 1, tzinfo=UTC)):
        hours = hours_of(row(), moment)
        assert not is_open(hours, noon("2026-12-25"))
        assert not is_open(hours, noon("2027-01-01"))
        assert not is_open(hours, noon("2027-12-24"))
        assert not is_open(hours, noon("2028-01-01"))


def test_a_row_as_json_is_as_good() -> None:
    hours = hours_of(row(created_at="2026-01-01T00:00:00+00:00"), noon("2026-02-02"))
    assert next_closing(hours, noon("2026-02-02")) == datetime(2026, 2, 2, 14, 0, tzinfo=UTC)


def test_parts_of_a_country_have_days_of_their_own() -> None:
    epiphany = date(2026, 1, 6)
    assert epiphany in public_holidays("DE-BY", 2026)
    assert epiphany not in public_holidays("DE", 2026)


def test_holidays_are_named_in_the_readers_language() -> None:
    names = [
        public_holidays("FI", 2026, language)[date(2026, 6, 20)] for language in ("fi", "sv", "en", "xx")
    ]
    assert names == ["Juhannuspäivä", "Midsommardagen", "Midsummer Day", "Midsummer Day"]
    assert set(public_holidays("FI", 2026, "fi")) == set(public_holidays("FI", 2026))


def test_a_calendar_is_worked_out_once() -> None:
    assert public_holidays("SE", 2031) is public_holidays("SE", 2031)
    with pytest.raises(NotImplementedError):
        public_holidays("XX", 2031)


@pytest.mark.parametrize(
    ("region", "known"),
    [
        ("FI", True), ("DE-BY", True), ("US-CA", True), ("GB-SCT", True),
        ("XX", False), ("DE-XX", False), ("DE-", False), ("-BY", False), ("fi", False), ("Finland", False),
        ("", False), ("FI\n", False), ("__", False), ("utils", False), ("NYSE", False),
    ],
)  # fmt: skip
async def test_regions(region: str, known: bool) -> None:
    assert known_region(region) is known
    assert await is_region(region) is known


def test_time_zones() -> None:
    assert {"Europe/Helsinki", "Asia/Kathmandu", "UTC"} <= time_zones()
    assert not {"", "Europe", "Europe/Nowhere", "../etc/passwd", "europe/helsinki"} & time_zones()


def test_what_is_stored_comes_back() -> None:
    weekly = {0: (Span(0, 60), Span(480, 1440)), 6: ()}
    special = {date(2026, 12, 24): (Span(480, 720),), date(2027, 1, 1): ()}
    assert stored(weekly) == {"0": [[0, 60], [480, 1440]], "6": []}
    assert weekly_of(stored(weekly)) == weekly
    assert special_of(stored(special)) == special
