"""The switchboard: the trunks that are open in this process, and the providers that call them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import structlog

from valvomo.channels.port import Answer, Request, UnreadableError, UnverifiedError
from valvomo.db.database import Database
from valvomo.db.telephones import Key, Wanted
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.trunks.kinds import TRUNKS
from valvomo.trunks.port import Trunk
from valvomo.trunks.webhooked import Refusing, Webhooked

WHY = ("unsigned", "unreadable", "token", "used", "source")
"""Each is told from the beginning, so that the first one is seen to be one more."""

log = structlog.get_logger(__name__)


class Switchboard:
    """One for a process. `refused` counts sockets and requests that were not let in, by why."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.open: dict[Key, Trunk] = {}
        self.refused: Counter[str] = Counter()
        self.adopt: Callable[[Wanted], None] = lambda _call: None
        self.process_id = ""

    @property
    def refusals(self) -> Counter[str]:
        """The same with what trunks themselves have refused, those too that are open no more."""
        every = Counter({why: self.refused[why] for why in {*WHY, *self.refused}})
        for trunk in self.open.values():
            if isinstance(trunk, Refusing):
                every.update(trunk.refused)
        return every

    def shut(self, key: Key) -> None:
        """A trunk is open here no more."""
        trunk = self.open.pop(key)
        if isinstance(trunk, Refusing):
            self.refused.update(trunk.refused)

    def is_trunk(self, provider: str) -> bool:
        """Whether such a provider brings calls."""
        return provider in TRUNKS

    async def answer(self, provider: str, account_id: str, request: Request) -> Answer | Refusal:
        """A request of a provider. One that nobody has signed is answered as if there were no such account."""
        found = self._of(provider, account_id)
        if isinstance(found, Refusal):
            return found
        key, trunk = found

        async def reopen(call: str) -> bool:
            async with self._database.transaction() as tx:
                return await tx.value("telephones.reopen", *key, call) is not None

        try:
            return await trunk.answer(request, reopen)
        except UnverifiedError:
            self.refused["unsigned"] += 1
            return Refusal(Reason.NOT_FOUND)
        except UnreadableError as error:
            self.refused["unreadable"] += 1
            return malformed("body", str(error))

    async def admit(self, provider: str, account_id: str, token: str) -> tuple[Webhooked, str] | Refusal:
        """The trunk and the call whose sound a socket brings; each token opens one, once, in the whole house."""
        found = self._of(provider, account_id)
        if isinstance(found, Refusal):
            return found
        key, trunk = found
        call = trunk.admits(token)
        if call is None:
            self.refused["token"] += 1
            return Refusal(Reason.NOT_FOUND)
        async with self._database.transaction() as tx:
            row = await tx.row("telephones.adopt", *key, call, self.process_id)
        if row is None:
            self.refused["used"] += 1
            log.warning("calls.socket_refused", account=account_id)
            return Refusal(Reason.NOT_FOUND)
        self.adopt(Wanted(**dict(row)))
        return trunk, call

    def _of(self, provider: str, account_id: str) -> tuple[Key, Webhooked] | Refusal:
        if provider not in TRUNKS:
            return Refusal(Reason.NOT_FOUND)
        for key, trunk in self.open.items():
            if key[1] == account_id and isinstance(trunk, Webhooked):
                return key, trunk
        # It may be another process's, or on its way: whoever calls tries again elsewhere.
        return Refusal(Reason.CALLS_OFF)
