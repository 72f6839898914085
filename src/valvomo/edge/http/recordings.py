"""Recordings of calls: paused by the agent, listed, and listened to, which the audit log has."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, PathParameter
from litestar.response import Response

from valvomo.commands.conversations.record import HearRecording, PauseRecording, ResumeRecording
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.outcomes import After, carried_out
from valvomo.edge.http.parameters import PathId
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.files.port import MissingError, Place, StorageError
from valvomo.protocol.calls import PauseRecordingRequest
from valvomo.protocol.recordings import Recordings
from valvomo.queries import recordings

TAGS = ("calls",)
ONE = "/conversations/{conversation_id:str}"
OGG = "audio/ogg"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
RecordingId = Annotated[str, PathParameter(description="The recording.")]
TrackId = Annotated[str, PathParameter(description="The party's part of it.")]


@post(
    f"{ONE}/recording/pause",
    status_code=200,
    tags=TAGS,
    operation_id="pauseRecording",
    summary="Keep nothing of the call for now",
)
async def pause_recording(
    conversation_id: PathId,
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
    data: JSONBody[PauseRecordingRequest | None] = None,
) -> After:
    """Also by the page on which a payment card is entered, with the cause `card`."""
    cause = data.cause if data else "agent"
    return await carried_out(parts, actor, PauseRecording(conversation_id=conversation_id, cause=cause), key)


@post(
    f"{ONE}/recording/resume",
    status_code=200,
    tags=TAGS,
    operation_id="resumeRecording",
    summary="Keep the call again",
)
async def resume_recording(conversation_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> After:
    """From now on."""
    return await carried_out(parts, actor, ResumeRecording(conversation_id=conversation_id), key)


@get(f"{ONE}/recordings", tags=TAGS, operation_id="getRecordings", summary="Recordings of a conversation")
async def get_recordings(conversation_id: PathId, parts: PartsArg, actor: ActorArg) -> Recordings:
    """For who may read the conversation; a track for each party, to be played in step."""
    async with parts.reader.reading() as tx:
        return found(await recordings.of_conversation(tx, actor, conversation_id))


@post(
    f"{ONE}/recordings/{{recording_id:str}}/tracks/{{track_id:str}}",
    status_code=200,
    tags=TAGS,
    operation_id="hearRecording",
    summary="Listen to what one party said",
    responses={200: ResponseSpec(str, generate_examples=False, media_type=OGG, description="Opus in Ogg.")},
)
async def hear_recording(
    conversation_id: PathId,
    recording_id: RecordingId,
    track_id: TrackId,
    parts: PartsArg,
    actor: ActorArg,
) -> Response[bytes]:
    """The audit log has who listened to whom, before they do: each time, so there is no `Idempotency-Key`."""
    command = HearRecording(conversation_id=conversation_id, recording_id=recording_id, track_id=track_id)
    done(await parts.executor.execute(actor, command))
    try:
        sound = await parts.files.sealed.get(Place(actor.organization_id, track_id))
    except MissingError:
        raise Refused(Refusal(Reason.NOT_FOUND)) from None
    except StorageError:
        raise Refused(Refusal(Reason.STORAGE_UNAVAILABLE)) from None
    return Response(sound, media_type=OGG, headers={"Cache-Control": "no-store"})


ROUTES = (pause_recording, resume_recording, get_recordings, hear_recording)
