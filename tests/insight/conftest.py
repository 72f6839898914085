"""The shipped model, loaded once."""

import pytest

from valvomo.insight.e5 import E5Sentiment, shipped


@pytest.fixture(scope="session")
def model() -> E5Sentiment:
    return shipped()
