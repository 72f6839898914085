"""What an operator can set or call is written down, and what is written down exists."""

import re

from sources import ROOT, relative, with_suffix

from valvomo import __version__, settings


def test_every_setting_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(VALVOMO_\w+)` \|", text, re.MULTILINE)
    assert sorted(documented) == sorted(settings.keys())


def test_the_version_is_in_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {__version__}" in text


def test_every_picture_is_shown_by_a_page_that_people_read() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in with_suffix(".md"))
    unshown = [one for one in with_suffix(".png", ".jpg", ".jpeg", ".gif", ".webp") if one.name not in pages]
    assert [relative(one) for one in unshown] == []
