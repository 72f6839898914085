"""What customers answered to surveys, as figures over sums of entries: one function each."""

from __future__ import annotations

from valvomo.domain.figures.entries import Counter
from valvomo.domain.figures.sums import Sums, ratio


def survey_asked(sums: Sums) -> int:
    """Conversations whose customers were asked how it went."""
    return sums.counts[Counter.SURVEY_ASKED]


def survey_answered(sums: Sums) -> int:
    """Surveys that were answered, by when they were; who changes an answer does not answer once more."""
    return sums.counts[Counter.SURVEY_CSAT] + sums.counts[Counter.SURVEY_NPS]


def survey_rate(sums: Sums) -> float | None:
    """Surveys answered / surveys asked; above 1 where answers are to what was asked before the period."""
    return ratio(survey_answered(sums), survey_asked(sums))


def csat(sums: Sums) -> float | None:
    """Sum of CSAT scores / their number: from 1 to 5."""
    return _mean(sums, Counter.SURVEY_CSAT, Counter.SURVEY_CSAT_CHANGED)


def recommendation(sums: Sums) -> float | None:
    """100 x (who promote - who detract) / answers: from -100 to 100 (NPS)."""
    mean = _mean(sums, Counter.SURVEY_NPS, Counter.SURVEY_NPS_CHANGED)
    return None if mean is None else 100 * mean


def _mean(sums: Sums, first: str, changed: str) -> float | None:
    number = sums.counts[first]
    return (sums.ms[first] + sums.ms[changed]) / number / 1000 if number else None
