"""Whether a customer is told what is done in their conversation."""

from __future__ import annotations

import msgspec


class CustomerTold(msgspec.Struct, frozen=True, kw_only=True):
    """For each act of a supervisor: null where this customer would be told of it now, else why not.

    `switched_off`: the workstream has it not said. `no_voice`: they are on a telephone, and nobody can speak to them.
    `not_connected`: they were on one, or are to be called. `window_closed`: their channel takes no words now. `nobody`:
    there is no customer who talks. `acts` are `join`, `leave`, `take_over` and `force_close`.
    """

    acts: dict[str, str | None]
