"""Voices: whether callers on a telephone can be told anything."""

from __future__ import annotations

from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok, warning
from valvomo.insight.port import UnavailableError
from valvomo.main.insight_places import voice_places
from valvomo.settings import Settings
from valvomo.voices.choosing import voices_of

WORDS = "1"


def examine(settings: Settings) -> Finding:
    """Have every voice say something; it blocks."""
    if not settings.calls_processes and settings.calls_janus is None:
        return not_configured("voice", "no calls are carried here")
    voices, able, unable = voices_of(voice_places(settings)), list[str](), list[str]()
    for one in voices:
        try:
            one.say(WORDS, "en")
        except UnavailableError as error:
            unable.append(str(error))
        else:
            able.append(one.name)
    cure = "install espeak-ng, or correct VALVOMO_VOICE_URL, _MODEL and _KEY (docs/telephone.md)"
    if unable:
        found = warning if able else broken
        return found("voice", "; ".join(unable), cure)
    if not able:
        seen = "nobody speaks: by telephone no notice is heard, and no call kept that needs one"
        return warning("voice", seen, cure) if settings.voice_url else not_configured("voice", seen)
    return ok("voice", f"{', '.join(able)} can speak")
