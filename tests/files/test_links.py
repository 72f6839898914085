"""Links: good for one thing, for minutes, and only as they were signed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from valvomo.db.ids import new_id
from valvomo.files.links import MINUTES, Links, Opening

NOW = datetime(2026, 11, 30, 12, 3, 4, tzinfo=UTC)
LINKS = Links(lambda: b"k" * 32)
FILE = new_id()


def test_a_link_opens_what_it_says_for_some_minutes() -> None:
    path, until = LINKS.link("house-1", FILE, Opening.THUMBNAIL, NOW)
    found = LINKS.opened(path, NOW)
    assert found is not None
    assert (found.organization_id, found.file_id, found.opening) == ("house-1", FILE, Opening.THUMBNAIL)
    assert timedelta(minutes=MINUTES) <= until - NOW <= timedelta(minutes=2 * MINUTES)
    assert LINKS.opened(path, until - timedelta(seconds=1)) is not None
    assert LINKS.opened(path, until) is None


def test_a_link_is_the_same_for_a_while_so_that_caches_help() -> None:
    later = NOW + timedelta(seconds=30)
    assert LINKS.link("h", FILE, Opening.WHOLE, NOW) == LINKS.link("h", FILE, Opening.WHOLE, later)


def test_nothing_else_is_opened_by_it() -> None:
    path, _ = LINKS.link("house-1", FILE, Opening.THUMBNAIL, NOW)
    for changed in (
        path.replace("house-1", "house-2"), path.replace(FILE, new_id()), path.replace("thumbnail", "whole"),
        path.replace("thumbnail", "download"), path + "/", path[:-1], path + "x", path.upper(), "/files/", "",
    ):  # fmt: skip
        assert LINKS.opened(changed, NOW) is None
    parts = path.split("/")
    parts[5] = str(int(parts[5]) + 300)
    assert LINKS.opened("/".join(parts), NOW) is None
    assert Links(lambda: b"x" * 32).opened(path, NOW) is None


@given(st.text(max_size=200))
def test_no_other_path_is_one(path: str) -> None:
    assert LINKS.opened(f"/files/{path}", NOW) is None


def test_they_may_lead_to_another_host() -> None:
    elsewhere = Links(lambda: b"k" * 32, "https://files.example/")
    address, _ = elsewhere.link("h", FILE, Opening.WHOLE, NOW)
    assert address.startswith("https://files.example/files/h/")
