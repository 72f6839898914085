"""A refusal on its way out: raised anywhere in a route, answered as a problem document in one place."""

from __future__ import annotations

from typing import TypeVar

from valvomo.commands.execute import Done
from valvomo.domain.refusals import Refusal

T = TypeVar("T")


class Refused(Exception):  # noqa: N818 - not an error: an expected no
    """Carries a refusal to where it is put into words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason.value)
        self.refusal = refusal


def done(outcome: Done | Refusal) -> Done:
    """The outcome of a command that was carried out; a refused one is raised."""
    if isinstance(outcome, Refusal):
        raise Refused(outcome)
    return outcome


def found(answer: T | Refusal) -> T:
    """The answer to a question; a refused one is raised."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer
