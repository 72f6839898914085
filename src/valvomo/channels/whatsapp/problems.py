"""What the codes of WhatsApp mean to us.

Of https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes; 131062 is of
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids.
"""

from __future__ import annotations

from valvomo.channels.meta.graph import Codes
from valvomo.domain.conversations.delivery import DeliveryProblem

_FINAL = {
    DeliveryProblem.INVALID_ADDRESS: (131021, 131030),
    DeliveryProblem.UNREACHABLE: (131026, 130403),
    DeliveryProblem.BLOCKED: (131050,),
    DeliveryProblem.WINDOW_CLOSED: (131047,),
    DeliveryProblem.TOO_LONG: (132005,),
    DeliveryProblem.REFUSED: (
        100, 130472, 130497, 131008, 131009, 131048, 131049, 131051, 131052, 131053, 131062, 132000, 132001, 132007,
        132012, 132015, 132016, 132068, 132069,
    ),
    DeliveryProblem.ACCOUNT: (
        0, 3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 133006, 133010,
    ),
}  # fmt: skip
CODES = Codes(
    paced=frozenset({4, 613, 80007, 130429}),
    pair=frozenset({131056}),
    away=frozenset({2, 131016, 131057, 133004}),
    unsure=frozenset({1, 131000}),
    final={(code, 0): problem for problem, codes in _FINAL.items() for code in codes},
)
