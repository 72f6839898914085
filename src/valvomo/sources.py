"""Where settings are read from, one optional TOML file and the environment, and what of them is shown."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

PREFIX = "VALVOMO_"
# Read before the settings, or by the tests only.
_NOT_SETTINGS = {"VALVOMO_CONFIG"}
_TESTS = "VALVOMO_TEST_"
_URL_PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):[^@/\s]*@")
_URL_TOKEN = re.compile(r"(?<=://)[^:/@\s]+@")
_QUERY_PASSWORD = re.compile(r"(?<=[?&])((?:ssl)?password)=[^&\s]*")


def from_file(name: str) -> Iterator[tuple[str, str, Any]]:
    """The file, key and value of each setting in it; raises `ValueError` where it cannot be read."""
    if not name:
        return
    try:
        content = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"VALVOMO_CONFIG: {name} cannot be read: {error}") from error
    yield from ((name, key, value) for key, value in content.items())


def from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables that are settings."""
    for key, value in sorted(environ.items()):
        if key.startswith(PREFIX) and key not in _NOT_SETTINGS and not key.startswith(_TESTS):
            yield key, value


def named(variable: str) -> str:
    """The setting that a variable of the environment is."""
    return variable.removeprefix(PREFIX).lower()


def converted(value: Any, wanted: Any) -> Any:
    """A value as the setting's type wants it; raises `msgspec.ValidationError` where it cannot be that."""
    if wanted == tuple[str, ...] and isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    if wanted in {Path, Path | None}:
        text = msgspec.convert(value, str)
        return Path(text).expanduser() if text else None
    return msgspec.convert(value, wanted, strict=not isinstance(value, str))


def suggestion(shown: str, key: str, known: Iterable[str]) -> str:
    """Which of the known keys may be meant by one that is unknown, in the form in which that was written."""
    close = get_close_matches(key, list(known), n=1)
    if not close:
        return ""
    return f"; did you mean {PREFIX + close[0].upper() if shown.startswith(PREFIX) else close[0]}?"


def without_password(value: str) -> str:
    """The same without the password of a URL."""
    return _QUERY_PASSWORD.sub(r"\1=***", _URL_PASSWORD.sub(r"\1:***@", value))


def without_token(url: str) -> str:
    """The same without its user, who is a token where there is no password."""
    return _URL_TOKEN.sub("***@", url)


def default_data_folder(environ: Mapping[str, str]) -> Path:
    """Where data goes when nobody says: the system's place for root, the user's own place otherwise."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/valvomo")
    home = environ.get("XDG_DATA_HOME", "")
    return (Path(home) if home else Path.home() / ".local" / "share") / "valvomo"
