"""What the head is trained on and judged on, and the fit itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from fitting import DIRECTIONS, fit, fit_temperature, loss
from rows import LABELS, LANGUAGES, rows
from telling import interval


def test_no_text_is_both_trained_on_and_judged() -> None:
    uses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in rows():
        uses[one.language, "".join(filter(str.isalnum, one.text.casefold()))].add(one.use)
    assert [text for text, use in uses.items() if text[1] and len(use) > 1] == []


def test_translations_of_one_meaning_are_on_one_side() -> None:
    meanings: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for one in rows():
        if not one.own and not one.taught:
            meanings[one.label, one.kind, one.place].add(one.use)
    assert [meaning for meaning, uses in meanings.items() if len(uses) > 1] == []


def test_every_language_has_rows_of_its_own_for_every_use_and_label() -> None:
    found = {(one.language, one.label, one.use) for one in rows() if one.own}
    assert found == {
        (language, label, use)
        for language in LANGUAGES for label in LABELS for use in ("train", "develop", "temperature")
    }  # fmt: skip


def test_what_is_taught_is_never_judged() -> None:
    taught = [one for one in rows() if one.taught]
    assert {one.use for one in taught} == {"train"}
    assert {one.place % 10 for one in taught} == set(range(10))


def test_squares_tell_what_no_line_can() -> None:
    random = np.random.default_rng(3)
    points = random.normal(size=(600, 6))
    # Negative where two numbers have one sign, positive where they have not, neutral near the axes.
    product = points[:, 0] * points[:, 1]
    labels = np.select([product > 0.3, product < -0.3], [0, 2], 1)
    head = fit(points[:400], labels[:400], 1e-3)
    right = head.logits(points[400:]).argmax(axis=1) == labels[400:]
    line = replace(head, weights=head.weights * (np.arange(head.weights.shape[1]) < 6))
    assert right.mean() > 0.7
    assert (line.logits(points[400:]).argmax(axis=1) == labels[400:]).mean() < 0.5


def test_no_more_directions_are_kept_than_are_to_be() -> None:
    random = np.random.default_rng(6)
    head = fit(random.normal(size=(90, 60)), np.arange(90) % 3, 1e-3)
    assert head.directions.shape == (2 * DIRECTIONS, 60)
    assert head.weights.shape == (3, 60 + 2 * DIRECTIONS)


def test_a_label_with_few_rows_counts_like_the_others() -> None:
    random = np.random.default_rng(4)
    labels = np.repeat([0, 1, 2], [300, 300, 20])
    points = random.normal(size=(620, 8)) + 0.8 * np.eye(3, 8)[labels]
    guessed = fit(points, labels, 1e-2).logits(points).argmax(axis=1)
    assert (guessed[labels == 2] == 2).mean() > 0.6


def test_the_temperature_is_the_one_with_the_least_loss() -> None:
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, 300)
    logits = 4 * (np.eye(3)[labels] + random.normal(scale=0.7, size=(300, 3)))
    best = fit_temperature(logits, labels)
    assert all(
        loss(logits, labels, best) <= loss(logits, labels, best * other) for other in (0.5, 0.9, 1.1, 2.0)
    )


def test_the_interval_is_wilsons() -> None:
    low, high = interval(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.49, 0.943)
    assert interval(10, 10)[1] == 1.0
