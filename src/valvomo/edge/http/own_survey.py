"""How it went, as the customer says it; and the transcript by e-mail."""

import asyncio

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.conversations.mail_transcript import MailTranscript
from valvomo.commands.conversations.survey import AnswerSurvey
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Role
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.outcomes import carried_out_own
from valvomo.edge.http.refused import Refused, done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.customer import PublicConversation
from valvomo.protocol.widget import MailTranscriptRequest, TranscriptMailed
from valvomo.protocol.widget_settings import AnswerSurveyRequest, SurveyAnswerDocument
from valvomo.queries import leaving, widgets
from valvomo.queries.customers import Guest

TAGS = ("widget",)


@get("/survey", tags=TAGS, operation_id="getOwnSurvey", summary="What one has answered")
async def get_survey(parts: NamedDependency[Parts], guest: NamedDependency[Guest]) -> SurveyAnswerDocument:
    """Not found before the first answer; what is asked stands with the conversation."""
    async with parts.reader.reading() as tx:
        return found(await widgets.answered(tx, guest.organization_id, guest.conversation_id))


@put(
    "/survey",
    tags=TAGS,
    opt={"pace": "customer"},
    operation_id="answerSurvey",
    summary="Say how it went",
)
async def answer_survey(
    data: JSONBody[AnswerSurveyRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    guest: NamedDependency[Guest],
    key: NamedDependency[str | None],
) -> PublicConversation:
    """There is one answer; another one takes its place, until it is too late."""
    command = AnswerSurvey(
        conversation_id=guest.conversation_id, score=data.score, comment=data.comment, answers=data.answers
    )
    return await carried_out_own(parts, (actor, guest), command, key)


@post(
    "/transcript-mail",
    status_code=202,
    tags=TAGS,
    opt={"pace": "transcript"},
    operation_id="mailTranscript",
    summary="Have the transcript sent",
)
async def mail_transcript(
    data: JSONBody[MailTranscriptRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    guest: NamedDependency[Guest],
    key: NamedDependency[str | None],
) -> TranscriptMailed:
    """What the customer can read, as it is downloaded: redacted where the organization wants that."""
    if not parts.mails:
        raise Refused(Refusal(Reason.TRANSCRIPT_UNMAILED))
    async with parts.reader.reading() as tx:
        wanted = await leaving.transcript(tx, guest)
    clean = found(await asyncio.to_thread(leaving.cleaned, wanted))
    # With a stranger's words alone it would be a letter from us that anybody can write to anybody.
    answered = any(one.role != Role.CUSTOMER for one in wanted.said)
    command = MailTranscript(
        conversation_id=guest.conversation_id,
        email=data.email,
        text=leaving.as_text(clean) if answered else "",
    )
    done(await parts.executor.execute(actor, command, key))
    return TranscriptMailed(email=data.email)


ROUTES = (get_survey, answer_survey, mail_transcript)
