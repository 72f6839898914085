"""A transcript as a file for the house, with what it is for."""

from __future__ import annotations

import asyncio

from litestar import post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Response

from valvomo.commands.conversations.transcript import TakeTranscript
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.transcripts import TakeTranscriptRequest, TranscriptDocument
from valvomo.queries import leaving, transcript_forms
from valvomo.queries.transcript_forms import FORMS, Taken


@post(
    "/conversations/{conversation_id:str}/transcript",
    status_code=200,
    tags=("messages",),
    operation_id="takeTranscript",
    summary="Take a transcript away",
    responses={
        200: ResponseSpec(
            TranscriptDocument, generate_examples=False, description="JSON; or text, or a page of HTML."
        )
    },
)
async def take_transcript(
    conversation_id: PathId,
    data: JSONBody[TakeTranscriptRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
) -> Response[bytes]:
    """What the customer could read, for who may read it; personal data blacked out if the organization wants that.

    The audit log has it with its purpose: each time, so there is no `Idempotency-Key`.
    """
    async with parts.reader.reading() as tx:
        conversation, whole = found(await leaving.for_house(tx, actor, conversation_id))
    clean = found(await asyncio.to_thread(leaving.cleaned, whole))
    command = TakeTranscript(
        conversation_id=conversation_id, format=data.format, purpose=data.purpose, redacted=clean.redact
    )
    done(await parts.executor.execute(actor, command))
    form = FORMS[data.format]
    taken = Taken(by=actor, purpose=data.purpose, at=parts.clock())
    of = transcript_forms.document(conversation, clean, taken)
    body = await asyncio.to_thread(form.written, of, clean, actor.language)
    headers = {
        "Content-Disposition": f'attachment; filename="transcript-{conversation_id}.{form.ending}"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type=form.media_type, headers=headers)


ROUTES = (take_transcript,)
