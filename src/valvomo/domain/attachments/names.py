"""Names of files: only ever shown, never a place where anything is kept."""

from __future__ import annotations

import re
import unicodedata

from valvomo.domain.attachments.kinds import EXTENSIONS, UNKNOWN, ending_of, usual_ending

LONGEST_NAME = 150
"""Characters."""
_LONGEST_ENDING = 12
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of what cannot be seen, such as the mark that turns `gpj.exe` round."""


def shown_name(given: str, media_type: str) -> str:
    """The name under which a file is shown and downloaded.

    Without folders, without anything that cannot be seen or that some system reads as something else, and with an
    ending that says what the file is: `photo.png` that is a JPEG becomes `photo.png.jpg`.
    """
    last = re.split(r"[\\/]", given)[-1]
    seen = "".join(
        one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one) not in _HIDDEN
    )
    plain = " ".join(_FORBIDDEN.sub("_", seen).split()).strip(" .")
    endings = EXTENSIONS.get(media_type, frozenset())
    if not plain:
        plain = f"file.{usual_ending(media_type)}"
    elif media_type != UNKNOWN and ending_of(plain) not in endings:
        plain = f"{plain}.{usual_ending(media_type)}"
    return _shortened(plain)


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return name[:LONGEST_NAME].rstrip(" .")
    return f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip(' .')}.{ending}"
