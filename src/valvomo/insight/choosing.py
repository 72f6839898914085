"""Which model answers for which choice, loaded once, with somebody to fall back on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from valvomo.domain.sentiment.choice import Backend
from valvomo.insight import e5
from valvomo.insight.loading import Loaded, set_up
from valvomo.insight.local import local
from valvomo.insight.nothing import NoSentiment
from valvomo.insight.port import Feeling, SentimentModel, UnavailableError, Utterance
from valvomo.insight.remote import RemoteSentiment
from valvomo.insight.vader import VaderSentiment

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the operator has put what is not shipped: an endpoint with a model and a key, and a folder."""

    url: str = ""
    model: str = ""
    key: str = ""
    path: Path | None = None


def configured(places: Places) -> frozenset[Backend]:
    """What the operator need not set up first."""
    more = {Backend.OPENAI} if places.url and places.model else set()
    return frozenset({Backend.AUTO, Backend.E5, Backend.VADER, Backend.NONE, *more}) | (
        {Backend.LOCAL} if places.path is not None else set()
    )


class Models:
    """One for a process; see `Loaded`."""

    def __init__(self, places: Places) -> None:
        makers: dict[Backend, Callable[[], SentimentModel]] = {
            Backend.E5: e5.shipped,
            Backend.VADER: VaderSentiment,
            Backend.NONE: NoSentiment,
        }
        if places.url and places.model:
            makers[Backend.OPENAI] = lambda: RemoteSentiment(places.url, places.model, places.key)
        if places.path is not None:
            path = places.path
            makers[Backend.LOCAL] = lambda: local(path)
        self._loaded = Loaded(set_up(makers))

    def get(self, backend: Backend) -> SentimentModel:
        """The model of a back end; for `auto` the first that there is.

        Raises:
            UnavailableError: it is not set up, or cannot be loaded here.
        """
        if backend is Backend.AUTO:
            return self.automatic()
        return self._loaded.get(backend)

    def automatic(self) -> SentimentModel:
        """The shipped model, else VADER, else nothing."""
        for one in (Backend.E5, Backend.VADER):
            try:
                return self.get(one)
            except UnavailableError:
                continue
        return self.get(Backend.NONE)

    def name_of(self, backend: Backend) -> str:
        """What would answer now."""
        try:
            return self.get(backend).name
        except UnavailableError:
            return self.automatic().name

    def feel(self, backend: Backend, utterances: Sequence[Utterance]) -> tuple[str, list[Feeling | None]]:
        """What the chosen back end says, or while it does not answer the best of this machine; and whose word it is."""
        try:
            model = self.get(backend)
            return model.name, model.feel(utterances)
        except UnavailableError as error:
            log.warning("sentiment.unavailable", backend=backend.value, why=str(error))
            model = self.automatic()
            return model.name, model.feel(utterances)
