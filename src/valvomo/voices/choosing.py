"""Who speaks: the endpoint that an operator has set up, then espeak-ng where it is installed."""

from __future__ import annotations

import msgspec

from valvomo.voices.espeak import PROGRAM, EspeakVoice, found
from valvomo.voices.port import Voice
from valvomo.voices.remote import RemoteVoice, named


class VoicePlaces(msgspec.Struct, frozen=True, kw_only=True):
    """Where voices are: an endpoint with a model, a key and a voice's `name`, and espeak-ng (empty: none is wanted)."""

    url: str = ""
    model: str = ""
    key: str = ""
    name: str = ""
    program: str = PROGRAM


def voices_configured(places: VoicePlaces) -> tuple[str, ...]:
    """The names of whoever can speak here, as `voices_of` has them."""
    remote = (named(places.model),) if places.url and places.model else ()
    return (*remote, PROGRAM) if found(places.program) is not None else remote


def voices_of(places: VoicePlaces) -> tuple[Voice, ...]:
    """Whoever can speak here, the best first; each stands in for the one before it. Empty where nobody can."""
    able: list[Voice] = []
    if places.url and places.model:
        able.append(RemoteVoice(places.url, places.model, places.key, places.name))
    if (program := found(places.program)) is not None:
        able.append(EspeakVoice(program))
    return tuple(able)
