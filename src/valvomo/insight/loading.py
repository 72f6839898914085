"""Models of a process, each loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from valvomo.insight.port import UnavailableError

Name = TypeVar("Name", bound=Hashable)
Backend = TypeVar("Backend", bound=StrEnum)
Model = TypeVar("Model")


class Loaded(Generic[Name, Model]):
    """By their names, as `make` makes them. One that cannot be loaded is not tried again: that needs another start."""

    def __init__(self, make: Callable[[Name], Model]) -> None:
        self._make = make
        self._loaded: dict[Name, Model | UnavailableError] = {}

    def get(self, name: Name) -> Model:
        """The model of this name; raises `UnavailableError` where it cannot be loaded here."""
        if name not in self._loaded:
            try:
                self._loaded[name] = self._make(name)
            except UnavailableError as error:
                self._loaded[name] = error
        found = self._loaded[name]
        if isinstance(found, UnavailableError):
            raise found
        return found


def set_up(makers: Mapping[Backend, Callable[[], Model]]) -> Callable[[Backend], Model]:
    """What makes the models of these back ends, and knows that others are not set up."""

    def make(backend: Backend) -> Model:
        if backend not in makers:
            raise UnavailableError(f"{backend.value} is not set up by the operator (docs/settings.md)")
        return makers[backend]()

    return make
