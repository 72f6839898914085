"""What a kind of trunk says of itself: a provider of channel accounts whose messages are calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime

import msgspec

from valvomo.channels.port import (
    Abilities,
    Account,
    Health,
    Http,
    Letter,
    Received,
    RejectedError,
    Request,
    Sent,
    UnreadableError,
)
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.model import Channel
from valvomo.trunks.port import Trunk


class TrunkKind(ABC):
    """One kind. An account of it is set up, sealed, checked and held like any other; words never go over it.

    `alone`: an account is open in one process of the house at a time, which claims it; otherwise in each that carries
    calls, and a call is there where the provider has come to.
    """

    name: str
    channel = Channel.VOICE
    settings: type[msgspec.Struct]
    secrets: type[msgspec.Struct]
    alone: bool = True

    def abilities(self, account: Account) -> Abilities:
        """Calls in both directions; no words."""
        del account
        return Abilities(max_text=1)

    def receive(self, account: Account, request: Request) -> Received:
        """Nobody writes over it."""
        del account, request
        raise UnreadableError("no message comes over a trunk of telephone calls")

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """Nothing written goes over it."""
        del account, letter, http
        raise RejectedError(DeliveryProblem.REFUSED, "a telephone takes no text")

    def lacks(self) -> str:
        """What this installation lacks for it, and the cure; "" where it has everything."""
        return ""

    @abstractmethod
    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Look whether the account can be used, without calling anybody."""

    @abstractmethod
    def open(self, account: Account, http: Http) -> Trunk:
        """The trunk of this account, not running yet; `http` goes only to addresses that the operator allows."""
