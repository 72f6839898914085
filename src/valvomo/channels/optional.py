"""What a provider may do besides sending and receiving words: each is asked for by whether it is there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from valvomo.channels.media import Incoming, Medium
from valvomo.channels.port import Account, Http, Item, Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a provider that is asked had to say, and the cursor from which it is asked next."""

    items: tuple[Item, ...]
    cursor: Mapping[str, Any]


@runtime_checkable
class Listener(Protocol):
    """A provider that can be asked for what has come, beside or instead of calling us."""

    def listens(self, account: Account) -> bool:
        """Whether this account is to be asked, as it is set up."""
        ...

    async def listen(self, account: Account, http: Http) -> Heard:
        """What has come after the account's cursor; may wait some seconds for it.

        What is asked for again after a failure comes again. Raises `RejectedError` or `UnavailableError`.
        """
        ...


@runtime_checkable
class Attached(Protocol):
    """A listener that keeps a connection from one question to the next."""

    async def detach(self, account_id: str) -> None:
        """Nobody here asks for the account any more: what was kept open for it ends."""
        ...


@runtime_checkable
class Coupled(Protocol):
    """A listener that sends over the connection that it keeps: the process that listens for an account sends for it."""

    sends_by_listening: bool


@runtime_checkable
class Fetcher(Protocol):
    """A provider whose `Inbound.media` are fetched after the message, by their `ref`."""

    def fetch(self, account: Account, medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
        """The file's bytes, on their way while it is open.

        Raises `UnfetchableError` for what is never to be had, `RejectedError` for what is wrong with the account, and
        `UnavailableError` for what may be had later.
        """
        ...


@runtime_checkable
class Namer(Protocol):
    """A provider that says in its calls who wrote by an id alone, and by what name only when it is asked."""

    async def name_of(self, account: Account, address: str, http: Http) -> str:
        """What a customer calls themselves; empty where the provider does not say.

        Raises `UnavailableError` for what may be answered later, `RejectedError` for what is wrong with the account.
        """
        ...


@runtime_checkable
class Divider(Protocol):
    """A provider at which one message of ours may be several, each with a state of its own."""

    def divide(self, account: Account, letter: Letter) -> tuple[Letter, ...]:
        """What is sent one after another in place of the letter, at least one: the same at each attempt.

        Each that the provider has taken is remembered and not sent again. The message is as far as the last of them.
        Raises `RejectedError` where it will never be taken.
        """
        ...
