"""A labelled file against a back end, in a process of its own: a job comes in on standard input, lines go out."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from valvomo.domain.sentiment.choice import Backend
from valvomo.domain.sentiment.judging import UNSURE, judge, label_of
from valvomo.domain.sentiment.levels import SURE_FROM
from valvomo.insight.choosing import Models, Places
from valvomo.insight.language import detected
from valvomo.insight.port import Feeling, UnavailableError, Utterance
from valvomo.protocol.insight import (
    TrialFailed,
    TrialLine,
    TrialProgress,
    TrialResult,
    TrialRow,
    TrialScore,
    WrongRow,
)

AT_A_TIME = 8
"""Rows between two words of progress, and in one request to an endpoint."""
MOST_WRONG = 50
NICENESS = 5


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be tried, and with what."""

    backend: Backend
    rows: tuple[TrialRow, ...]
    languages: tuple[str, ...]
    url: str = ""
    model: str = ""
    key: str = ""
    path: str = ""

    def places(self) -> Places:
        """Where the back ends are."""
        return Places(
            url=self.url, model=self.model, key=self.key, path=Path(self.path) if self.path else None
        )


def main() -> None:
    """From standard input to standard output. Ends when nobody listens any more."""
    os.nice(NICENESS)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    try:
        for line in tried(job):
            sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(0)


def tried(job: Job) -> Iterator[TrialLine]:
    """Progress, and the result; or why there is none."""
    try:
        model = Models(job.places()).get(job.backend)
        languages = [one.language or _language(one.text, job.languages) for one in job.rows]
        found: list[Feeling | None] = []
        times: list[float] = []
        for begin in range(0, len(job.rows), AT_A_TIME):
            some = job.rows[begin : begin + AT_A_TIME]
            began = time.perf_counter()
            found += model.feel(
                [
                    Utterance(text=one.text, language=language)
                    for one, language in zip(some, languages[begin:], strict=False)
                ]
            )
            times += [(time.perf_counter() - began) / len(some)] * len(some)
            yield TrialProgress(done=len(found), rows=len(job.rows))
        yield _result(model.name, job.rows, languages, (found, times))
    except UnavailableError as error:
        yield TrialFailed(why=str(error))


def _language(text: str, languages: Sequence[str]) -> str:
    try:
        return detected(text, languages)[0]
    except UnavailableError:
        return ""


def _result(
    name: str,
    rows: Sequence[TrialRow],
    languages: Sequence[str],
    measured: tuple[list[Feeling | None], list[float]],
) -> TrialResult:
    found, times = measured
    read = [UNSURE if one is None or one.confidence < SURE_FROM else label_of(one.score) for one in found]
    spoken = sorted(set(languages))
    pairs = [(row.label, one) for row, one in zip(rows, read, strict=True)]
    parts = {
        one or "?": [pair for pair, language in zip(pairs, languages, strict=True) if language == one]
        for one in spoken
    }
    slow = sorted(times)
    wrong = [
        WrongRow(text=row.text, label=row.label, read=one)
        for row, one in zip(rows, read, strict=True)
        if one not in {row.label, UNSURE}
    ]
    return TrialResult(
        backend=name,
        everything=score(pairs),
        languages={one: score(some) for one, some in parts.items()},
        p50_ms=round(1000 * slow[len(slow) // 2], 1),
        p99_ms=round(1000 * slow[min(len(slow) - 1, len(slow) * 99 // 100)], 1),
        wrong=wrong[:MOST_WRONG],
    )


def score(pairs: Sequence[tuple[str, str]]) -> TrialScore:
    """As it is shown."""
    judged = judge(pairs)
    return TrialScore(
        rows=judged.rows,
        accuracy=round(judged.accuracy, 4),
        macro_f1=round(judged.macro_f1, 4),
        opposite=judged.opposite,
        unsure=judged.unsure,
        matrix={label: dict(counts) for label, counts in judged.matrix.items()},
    )


if __name__ == "__main__":
    main()
