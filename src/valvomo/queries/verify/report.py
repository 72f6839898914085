"""What a verification found: where, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_FINDINGS = 1000
"""More are counted but not kept: a report fits into memory whatever has happened to the data."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which organization, at which fact or in which conversation, and what."""

    organization_id: str
    place: str
    problem: str

    def __str__(self) -> str:
        return f"organization {self.organization_id}, {self.place}: {self.problem}"


@dataclass(slots=True)
class Report:
    """What was looked at, and everything that was wrong with it."""

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

    def add(self, organization_id: str, place: str, problem: str) -> None:
        """Something is wrong here."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(organization_id, place, problem))
        else:
            self.left_out += 1
