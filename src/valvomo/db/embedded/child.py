"""What runs between us and the server: drops root, ties the server's life to ours, becomes the server.

It is started as a program of its own (``python child.py OWNER-PID UID GID -- postgres ...``) and not by a
``preexec_fn``, which may deadlock in a process with threads. Everything it needs is imported before root is
dropped: the interpreter may lie where only root can read.

The order matters. Changing the user clears the parent-death signal, so the signal is asked for afterwards.
The signal follows the *thread* that started us, so that has to be the owner's main thread.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Never returns: the process becomes the server, or ends with it."""
    owner_pid, uid, gid = (int(word) for word in sys.argv[1:4])
    command = sys.argv[5:]
    libc = ctypes.CDLL(None, use_errno=True)
    os.umask(0o077)
    if uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        _die_with_parent(libc, owner_pid)
        os.execv(command[0], command)  # noqa: S606 - no shell on purpose
    else:
        _watch_over(command)


def _die_with_parent(libc: ctypes.CDLL, owner_pid: int) -> None:
    # SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written, no recovery follows.
    if libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT)) != 0:
        sys.exit("cannot ask for the parent-death signal")
    if os.getppid() != owner_pid:
        sys.exit("the owner died before the server was started")


def _watch_over(command: list[str]) -> None:
    """Without parent-death signals: stay, and shut the server down when the owner's pipe closes.

    For macOS; not tested.
    """
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - it is what the parent started us for
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda received, _frame: server.send_signal(received))

    def wait_for_the_owner() -> None:
        sys.stdin.buffer.read()
        server.send_signal(signal.SIGINT)

    threading.Thread(target=wait_for_the_owner, daemon=True).start()
    sys.exit(server.wait())


if __name__ == "__main__":
    main()
