"""What a verification found: where, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_FINDINGS = 1000
"""More are counted but not kept: a report fits into memory whatever has happened to the data."""


class Check(StrEnum):
    """What is proved (design §5)."""

    CHAIN = "chain"
    """Each fact has the hash that follows from its columns and the fact before (12), and can be read."""

    STATE = "state"
    """A conversation's row and what follows from it equal the fold of its facts (1)."""

    MESSAGES = "messages"
    """Messages have no gap, no repeat, and the text that was posted; what goes out has its dispatch (2)."""

    FUTURE = "future"
    """What is not closed is somebody's who can act, or a queue's, or a bot's (3)."""

    LOAD = "load"
    """What agents are shown to hold is what their conversations cost (4)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which organization, at which fact or in which conversation, and what."""

    organization_id: str
    place: str
    problem: str
    check: Check

    @property
    def conversation_id(self) -> str | None:
        """The conversation that it is about."""
        return self._of("conversation")

    @property
    def agent_id(self) -> str | None:
        """The agent whose load it is about."""
        return self._of("agent")

    @property
    def fact(self) -> int | None:
        """The position of the fact that it is about."""
        number = self._of("fact")
        return int(number) if number else None

    def _of(self, kind: str) -> str | None:
        words = self.place.split(" ")
        return words[1] if words[0] == kind else None

    def __str__(self) -> str:
        return f"organization {self.organization_id}, {self.place}: {self.problem}"


@dataclass(slots=True)
class Report:
    """What was proved, each fact, conversation and message once, and everything that was wrong with it.

    `search`: whether the byte that was changed is looked for, which takes up to a second of a core for each.
    """

    search: bool = True
    organizations: int = 0
    facts: int = 0
    conversations: int = 0
    messages: int = 0
    left_out: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing was wrong."""
        return not self.findings

    @property
    def count(self) -> int:
        """How much was wrong."""
        return len(self.findings) + self.left_out

    def add(self, organization_id: str, place: str, problem: str, check: Check) -> None:
        """Something is wrong here."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(organization_id, place, problem, check))
        else:
            self.left_out += 1
