"""The doorbell: who is woken by what, in this process and in others."""

import asyncio
from collections.abc import Callable

from valvomo.db.database import Database
from valvomo.db.doorbell import CHANNEL, Doorbell
from valvomo.db.listening import listen


def listening() -> tuple[Doorbell, list[str], list[str]]:
    bell, everything, rights = Doorbell(), list[str](), list[str]()
    bell.listen(everything.append)
    bell.listen(rights.append, words=False)
    return bell, everything, rights


def test_whoever_cares_for_rights_is_not_woken_by_words() -> None:
    bell, everything, rights = listening()
    bell.ring("one", words=True)
    bell.ring("two")
    assert (everything, rights) == (["one", "two"], ["two"])


def test_what_may_have_been_missed_may_have_been_anything() -> None:
    bell, everything, rights = listening()
    bell.heard("")
    assert (everything, rights) == ([""], [""])


async def until(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not check():  # noqa: ASYNC110 - a notification has no event here
            await asyncio.sleep(0.01)


async def test_others_hear_it_once_and_we_do_not_hear_ourselves(database: Database) -> None:
    ours, heard, payloads = Doorbell(database), list[str](), list[str]()
    others, everything, rights = listening()
    async with asyncio.TaskGroup() as group:
        listener = group.create_task(listen(database.url, CHANNEL, payloads.append))
        await until(lambda: payloads == [""])
        payloads.clear()
        for organization, words in (("one", True), ("two", True), ("two", False)):
            ours.ring(organization, words=words)
        ringing = group.create_task(ours.run())
        await until(lambda: len(payloads) == 2)
        listener.cancel()
        ringing.cancel()
    ours.listen(heard.append)
    for payload in payloads:
        ours.heard(payload)
        others.heard(payload)
    assert (heard, everything, rights) == ([], ["one", "two"], ["two"])
