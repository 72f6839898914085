"""Answer mails: what was answered to messages that were left, to whoever has not come back to read it."""

from __future__ import annotations

import structlog

from valvomo.commands.conversations.answer_by_mail import MailAnswers
from valvomo.commands.execute import Executor
from valvomo.domain.access.actor import system
from valvomo.jobs.rounds import Rounds

BATCH = 100

log = structlog.get_logger(__name__)


class AnswerMails(Rounds):
    """One for a process; several may be at it, since each conversation is locked and looked at anew."""

    every = 10.0

    def __init__(self, executor: Executor) -> None:
        super().__init__()
        self._executor = executor

    async def round(self) -> float | None:
        """Whatever is due."""
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("answer_mails.due", self._executor.clock(), BATCH)
        for row in rows:
            command = MailAnswers(conversation_id=row["conversation_id"])
            await self._executor.execute(system(row["organization_id"], "answers"), command)
        return 0.0 if len(rows) == BATCH else None
