"""An agent's page as a process of its own, to be killed: ``agent_at_a_screen.py ADDRESS COOKIE``.

It prints a line whenever its agent is asked to take something.
"""

import asyncio
import sys

from valvomo.demo.people.stream import Frame, Stream

ADDRESS, COOKIE = sys.argv[1:]


def heard(frame: Frame) -> None:
    """Offers are said aloud."""
    for one in frame.get("data", ()):
        if one.get("kind") == "offer" and not one.get("removed"):
            print("offer", one["conversation"]["id"], flush=True)  # noqa: T201


asyncio.run(
    Stream(
        f"{ADDRESS}/api/v1/live",
        lambda: iter([{"op": "watch", "topic": "me"}]),
        heard,
        lambda: {"Cookie": COOKIE},
    ).run()
)
