"""How the server is set: small, durable, reachable through one private socket only."""

import sys
from collections.abc import Mapping
from pathlib import Path

_IO_METHOD_SINCE = 18
_BUILTIN_LOCALE_SINCE = 17

_ALWAYS = {
    "cluster_name": "valvomo",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Small: no replication, no background workers that nobody here uses.
    "max_connections": "100",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "jit": "off",
    # A week of logs, one file a day. Terse: the detail of an error repeats values of rows, which are private.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_error_verbosity": "terse",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def server_options(
    major: int, sockets: Path, *, durable: bool, extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The settings of one start, by name. ``durable`` False is for tests: a power cut may lose everything."""
    options = {**_ALWAYS, "unix_socket_directories": str(sockets), **(_DURABLE if durable else _FORGETFUL)}
    if durable and sys.platform == "darwin":
        options["wal_sync_method"] = "fsync_writethrough"  # plain fsync stops at the drive's cache there
    if major >= _IO_METHOD_SINCE:
        options["io_method"] = "sync"  # saves the worker processes
    return {**options, **(extra or {})}


def initdb_arguments(major: int, *, durable: bool) -> list[str]:
    """How a cluster is made: UTF-8, the same order of text everywhere, passwords for everyone."""
    locale = ["--locale=C.UTF-8"]
    if major >= _BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [
        "--encoding=UTF8",
        *locale,
        "--auth=scram-sha-256",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
