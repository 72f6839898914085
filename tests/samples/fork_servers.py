"""A process that has imported what a server needs, and becomes one as often as it is asked to.

To import it takes a server longer than to do all that most tests want of it. It reads lines of JSON: what to run, with
which environment, and where to write what it says; it answers each with the number of the process. They are processes
of their own like any other, and go when this one goes.
"""

import ctypes
import gc
import json
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

import uvicorn.loops.uvloop  # noqa: F401 - imported by uvicorn itself when a server is run
import uvicorn.protocols.http.httptools_impl  # noqa: F401

import valvomo.bus.nats  # noqa: F401 - each command imports what it needs when it is run
import valvomo.cli.insight  # noqa: F401
import valvomo.cli.operating  # noqa: F401
import valvomo.cli.playing  # noqa: F401

DIES_WITH_ITS_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def become(asked: dict[str, Any]) -> None:
    """Run it here, as if Python had been started with it."""
    ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(asked["log"]).open("ab", buffering=0) as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        for number in (1, 2):
            os.dup2(log.fileno(), number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    program, *arguments = asked["program"]
    sys.argv[:] = [program, *arguments]
    sys.path[0] = str(Path(program).parent)
    runpy.run_path(program, run_name="__main__")


def main() -> None:
    """Until nobody asks any more."""
    # Nobody waits for them here: whoever asked for one sees by itself when it is gone.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if not (pid := os.fork()):
            become(asked)
            return
        print(pid, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
