"""Templates: texts that a provider has approved, which may be sent while its channel takes no free text.

A template has places for words of ours, `{{1}}` or `{{name}}`, in its header and its body. What is sent is decided here
once, so that the transcript shows what the customer reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from valvomo.domain.refusals import Refusal, malformed

LONGEST_VALUE = 1024
"""Characters for one place; more does not fit into any template."""
_SLOT = re.compile(r"\{\{\s*(\w{1,60})\s*\}\}")
_UNFIT = re.compile(r"[\n\r\t\x00-\x1f]| {5,}")
"""What a provider takes in no place: breaks of lines, and more than four spaces on end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """As the provider keeps it. `named`: its places have names rather than numbers. `buttons` are their words."""

    name: str
    language: str
    category: str = ""
    header: str = ""
    body: str
    footer: str = ""
    buttons: tuple[str, ...] = ()
    named: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """Where words of ours go, such as `header.1` and `body.name`, in the order in which they are read."""
        found = [f"{part}.{one}" for part in ("header", "body") for one in slots_of(getattr(self, part))]
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template as it is sent: its places (name or number, words) in the header and in the body."""

    name: str
    language: str
    named: bool
    header: tuple[tuple[str, str], ...]
    body: tuple[tuple[str, str], ...]


def slots_of(text: str) -> tuple[str, ...]:
    """The places in a text, each once."""
    return tuple(dict.fromkeys(_SLOT.findall(text)))


def values_refusal(template: Template, values: Mapping[str, str]) -> Refusal | None:
    """Why a template cannot be filled with this: something is missing, is not asked for, or does not fit."""
    places = template.places
    for place in places:
        words = values.get(place, "").strip()
        if not words:
            return malformed(f"body.values.{place}", "is missing")
        if len(words) > LONGEST_VALUE or _UNFIT.search(words):
            return malformed(f"body.values.{place}", "must be one line, without more than four spaces on end")
    odd = next((one for one in values if one not in places), None)
    return malformed("body.values", f"has what the template does not ask for: {odd[:60]}") if odd else None


def filled(template: Template, values: Mapping[str, str]) -> Filled:
    """What the provider is told."""
    parts = {
        part: tuple((one, values[f"{part}.{one}"].strip()) for one in slots_of(getattr(template, part)))
        for part in ("header", "body")
    }
    return Filled(name=template.name, language=template.language, named=template.named, **parts)


def words_of(template: Template, values: Mapping[str, str]) -> str:
    """What the customer reads: header, body, footer, and the words of its buttons."""

    def part(name: str) -> str:
        text: str = getattr(template, name)
        return _SLOT.sub(lambda found: values[f"{name}.{found[1]}"].strip(), text)

    buttons = " ".join(f"[{one}]" for one in template.buttons)
    parts = (part("header"), part("body"), template.footer, buttons)
    return "\n\n".join(one for one in parts if one)
