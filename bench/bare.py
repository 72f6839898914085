"""The server's own WebSocket protocol and loop with an application of a few lines behind them."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import uvicorn
import uvloop

from valvomo.edge.ws.frames import SharedFrames


def serve(application: Any) -> None:
    """At the port on the command line, until a signal comes."""
    config = uvicorn.Config(
        application,
        port=int(sys.argv[1]),
        http="httptools",
        ws=SharedFrames,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())
