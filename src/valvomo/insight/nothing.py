"""No back end: nothing is measured, and nothing is shown as if it were."""

from __future__ import annotations

from collections.abc import Sequence

from valvomo.insight.port import Feeling, Utterance


class NoSentiment:
    """Says nothing of anything."""

    @property
    def name(self) -> str:
        """`none`."""
        return "none"

    def feel(self, utterances: Sequence[Utterance]) -> list[Feeling | None]:
        """None for each."""
        return [None for _ in utterances]
