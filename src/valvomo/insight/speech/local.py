"""Models in a folder of this machine: one for all languages, or a folder for each by its code of two letters."""

from __future__ import annotations

from pathlib import Path

from valvomo.insight.loading import Loaded
from valvomo.insight.port import UnavailableError
from valvomo.insight.speech.port import Sound, Writing
from valvomo.insight.speech.whisper import MODEL, WhisperSpeech

ANY = "any"


def places_in(path: Path) -> frozenset[str]:
    """Folders of models in it by language, `any` for all others; "" where it is a model itself; none without any."""
    if (path / MODEL).is_file():
        return frozenset({""})
    return frozenset(one.parent.name for one in path.glob(f"*/{MODEL}")) if path.is_dir() else frozenset()


class LocalSpeech:
    """What the operator has put into a folder. Raises `UnavailableError` where there is no model in it.

    With folders for languages each is loaded when somebody speaks it; one called `any` writes all others.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._models = Loaded[str, WhisperSpeech](lambda place: WhisperSpeech(path / place, self.name))
        self._places = places_in(path)
        self._one = "" in self._places
        if self._one:
            self._models.get("")
        elif not self._places:
            raise UnavailableError(f"{path} has neither {MODEL} nor folders of languages with one")

    @property
    def name(self) -> str:
        """`local` and the folder's name."""
        return f"local {self._path.name}"

    def takes(self, language: str) -> bool:
        """Whether there is a model for it, as its folder says."""
        return self._models.get("").takes(language) if self._one else self._place(language) in self._places

    def write(self, sound: Sound) -> Writing:
        """By the model of its language; by that of all others where it cannot be loaded."""
        place = "" if self._one else self._place(sound.language)
        try:
            model = self._models.get(place)
        except UnavailableError:
            if place == ANY or ANY not in self._places:
                raise
            model = self._models.get(ANY)
        return model.write(sound)

    def _place(self, language: str) -> str:
        return language if language in self._places else ANY
