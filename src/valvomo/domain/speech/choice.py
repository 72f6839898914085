"""Who writes down what is said in calls."""

from __future__ import annotations

from enum import StrEnum


class SpeechBackend(StrEnum):
    """What turns speech into words. `auto` is the best that this installation has without asking anybody outside."""

    AUTO = "auto"
    WHISPER = "whisper"
    LOCAL = "local"
    OPENAI = "openai"
    NONE = "none"
