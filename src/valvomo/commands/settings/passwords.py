"""Passwords: argon2id in a thread, so that hashing one never holds up the others."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4
"""How many are hashed at a time: each takes 64 MB and most of a core for some 50 ms."""


class Passwords:
    """Hashes and verifies. One for a process.

    The parameters are those of RFC 9106 §4 for machines with little memory, unless a hasher is given.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether it is the one. Without a kept one it takes as long, so that time tells nobody who exists."""
        async with self._turns:
            return await asyncio.to_thread(self._verify, kept, password)

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def _nobody(self) -> str:
        if self._nobodys is None:
            self._nobodys = self._hasher.hash("nobody has this password")
        return self._nobodys
