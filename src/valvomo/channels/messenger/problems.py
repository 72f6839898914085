"""What the codes of Messenger mean to us, some of them by their subcode.

Of https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes.
"""

from __future__ import annotations

from valvomo.channels.meta.graph import Codes
from valvomo.domain.conversations.delivery import DeliveryProblem

OUTSIDE_WINDOW = 2018278
CODES = Codes(
    paced=frozenset({4, 32, 613, 80006}),
    pair=frozenset(),
    away=frozenset({2}),
    unsure=frozenset({1, 1200}),
    final={
        (10, OUTSIDE_WINDOW): DeliveryProblem.WINDOW_CLOSED,
        (10, 2534022): DeliveryProblem.WINDOW_CLOSED,
        (10, 0): DeliveryProblem.ACCOUNT,
        (100, 2018001): DeliveryProblem.INVALID_ADDRESS,
        (100, 0): DeliveryProblem.REFUSED,
        (200, 1545041): DeliveryProblem.UNREACHABLE,
        (200, 2018108): DeliveryProblem.BLOCKED,
        (200, 0): DeliveryProblem.ACCOUNT,
        (230, 0): DeliveryProblem.ACCOUNT,
        (551, 0): DeliveryProblem.UNREACHABLE,
        (0, 0): DeliveryProblem.ACCOUNT,
        (3, 0): DeliveryProblem.ACCOUNT,
        (190, 0): DeliveryProblem.ACCOUNT,
        (368, 0): DeliveryProblem.REFUSED,
        (2022, 0): DeliveryProblem.ACCOUNT,
        (10904, 0): DeliveryProblem.ACCOUNT,
    },
)
