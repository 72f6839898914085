"""A morning that was, in the sample organization."""

import pytest
from sample_morning import Morning


@pytest.fixture
def morning(house: object) -> Morning:
    return Morning(house)
