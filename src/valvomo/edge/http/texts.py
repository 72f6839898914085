"""Texts with versions: notice, consent, purpose; administrators only (spec 1 §5)."""

from typing import Annotated

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.texts import StoreText
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import TextDocument
from valvomo.protocol.settings_requests import StoreTextRequest
from valvomo.queries import settings

TAGS = ("texts",)
Subject = Annotated[
    str | None,
    QueryParameter(max_length=36, description="`organization` or a workstream's id; none means every one."),
]
EveryVersion = Annotated[bool, QueryParameter(description="Also those that were superseded.")]
Kind = Annotated[str | None, QueryParameter(max_length=40, description="None means every kind.")]


@get("/texts", tags=TAGS, operation_id="listTexts", summary="List texts")
async def list_texts(
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    subject: Subject = None,
    kind: Kind = None,
    every_version: EveryVersion = False,
) -> Page[TextDocument]:
    """The newest version in each language; with `every_version` all that were ever shown, the newest first."""
    async with parts.reader.reading() as tx:
        return found(await settings.texts(tx, actor, subject=subject, kind=kind, every_version=every_version))


@put("/texts", tags=TAGS, operation_id="storeText", summary="Store a text")
async def store_text(
    data: JSONBody[StoreTextRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> Page[TextDocument]:
    """Becomes the next version, unless it is what is said already; answers all languages of the text."""
    command = StoreText(subject=data.subject, kind=data.kind, language=data.language, text=data.text)
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(
            await settings.texts(tx, actor, subject=data.subject, kind=data.kind, every_version=False)
        )


ROUTES = (list_texts, store_text)
