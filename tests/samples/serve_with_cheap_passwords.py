"""``valvomo serve`` to which a password costs nothing: tests sign in hundreds of times, at a fifth of a second each."""

import sys
from functools import partial

from argon2 import PasswordHasher

from valvomo import cli
from valvomo.commands.settings import passwords


def cheapen() -> None:
    """From now on, in this process."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    setattr(passwords, "PasswordHasher", cheap)  # noqa: B010 - no setting of the product


if __name__ == "__main__":
    cheapen()
    sys.argv.append("serve")
    cli.main()
