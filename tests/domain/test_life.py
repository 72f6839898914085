"""The life of a conversation under any acts in any order (`sample_life.Life`)."""

from __future__ import annotations

from hypothesis import settings
from sample_life import Life

# The same life every time; a longer search is a matter of these numbers.
Life.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, derandomize=True, database=None
)
test_any_acts_in_any_order = Life.TestCase
