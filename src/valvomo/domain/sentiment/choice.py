"""Which back end measures, and what an organization wants of insight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.speech.choice import SpeechBackend


class Backend(StrEnum):
    """What measures sentiment. `auto` is the best that this installation has without asking anybody outside."""

    AUTO = "auto"
    E5 = "e5"
    VADER = "vader"
    OPENAI = "openai"
    LOCAL = "local"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """The organization's choice.

    `languages` are those that its customers may write in, codes of two letters; none are those of the organization.
    `redact`: structured personal data is blacked out in transcripts that leave. `speech` writes down what is said in
    calls that are kept.
    """

    backend: Backend = Backend.AUTO
    detect_language: bool = True
    languages: tuple[str, ...] = ()
    redact: bool = False
    speech: SpeechBackend = SpeechBackend.AUTO
