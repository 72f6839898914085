"""Which codes a conversation can have come to."""

from __future__ import annotations

import pytest

from valvomo.domain.conversations.dispositions import Disposition, disposition_refusal
from valvomo.domain.refusals import Reason, Refusal

EVERYWHERE = Disposition(code="resolved")
BILLING = Disposition(code="refunded", queue_id="billing")
SALES = Disposition(code="sold", queue_id="sales")


@pytest.mark.parametrize("code", ["resolved", "refunded", None, ""])
def test_codes_of_the_queue_and_of_all(code: str | None) -> None:
    assert disposition_refusal(code, "billing", (EVERYWHERE, BILLING, SALES)) is None


@pytest.mark.parametrize("code", ["sold", "Resolved", "resolved ", "anything"])
def test_no_other_code(code: str) -> None:
    refusal = disposition_refusal(code, "billing", (EVERYWHERE, BILLING, SALES))
    assert refusal == Refusal(
        Reason.UNKNOWN_DISPOSITION, {"disposition": code, "known": ["refunded", "resolved"]}
    )


def test_words_are_free_only_where_there_are_no_codes_at_all() -> None:
    assert disposition_refusal("anything", "billing", ()) is None
    refusal = disposition_refusal("anything", "billing", (SALES,))
    assert refusal is not None
    assert refusal.facts["known"] == []
