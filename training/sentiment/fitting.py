"""A head of first and second degree by least squares, and a temperature, in numpy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from valvomo.insight.head import Head, probabilities

Floats = NDArray[Any]

DIRECTIONS = 24
"""Squares that are kept for each of negative and positive: with a third of them cross-validation loses most of what is
gained, with all of them it gains little, and the file would be fifteen times as large."""


def fit(x: Floats, y: Floats, strength: float) -> Head:
    """The polynomial of second degree with the least squared error, of which the directions that matter most are kept.

    Every class counts alike, however many rows it has. Solved by way of the rows' inner products (kernel ridge
    regression with (1 + u·v)²), which gives the whole quadratic form; `strength` says how much large coefficients cost.
    The temperature is left at one, and the model unnamed.
    """
    middle = x.mean(axis=0)
    scale = float(np.sqrt(((x - middle) ** 2).sum(axis=1).mean()))
    centred = (x - middle) / scale
    counts = np.bincount(y, minlength=3)
    penalty = strength * 3 * counts[y]
    products = (1 + centred @ centred.T) ** 2
    shares = np.linalg.solve(products + np.diag(penalty), np.eye(3)[y] - 1 / 3)
    # The three classes' shares sum to zero, so the form of neutral is what the other two leave.
    negative, positive = (_strongest(centred, shares[:, one]) for one in (0, 2))
    none = np.zeros(len(negative[0]))
    squares = np.stack([
        np.concatenate([negative[0], none]),
        -np.concatenate([negative[0], positive[0]]),
        np.concatenate([none, positive[0]]),
    ])  # fmt: skip
    return Head(
        weights=np.hstack([2 * (centred.T @ shares).T / scale, squares]),
        bias=shares.sum(axis=0),
        middle=middle,
        directions=np.concatenate([negative[1], positive[1]]) / scale,
        temperature=1.0,
        model_sha256="",
    )


def _strongest(x: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """The greatest eigenvalues of the form and, a row each, the directions they belong to."""
    values, vectors = np.linalg.eigh((x * shares[:, None]).T @ x)
    kept = np.argsort(-np.abs(values))[:DIRECTIONS]
    return values[kept], vectors[:, kept].T


def loss(logits: Floats, y: Floats, temperature: float) -> float:
    """The mean negative log likelihood."""
    chosen = probabilities(logits, temperature)[np.arange(len(y)), y]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def fit_temperature(logits: Floats, y: Floats) -> float:
    """The temperature with the least loss on rows that nothing was trained on."""
    grid = np.exp(np.linspace(np.log(0.01), np.log(5.0), 400))
    return float(min(grid, key=lambda one: loss(logits, y, float(one))))
