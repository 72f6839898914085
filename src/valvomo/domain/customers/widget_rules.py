"""What a workstream says of its widget: what it asks at the end, whom it serves, what it does while it is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from valvomo.domain.conversations.survey_form import SurveyForm


class IdentityPolicy(StrEnum):
    """What is made of who a site says that its visitors are.

    `off` hears nothing of it. `optional` takes whoever is badly signed for a stranger, `strict` refuses them; to both
    whoever is not signed at all is a stranger. `required` serves nobody who is not signed.
    """

    OFF = "off"
    OPTIONAL = "optional"
    STRICT = "strict"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetRules:
    """Of a workstream. While its queue is closed, messages are left in the workstream `closed_to`, if one is named.

    What is answered to them goes by mail too over the account `answers_by`. Customers call the house, with
    sound or picture too, in the workstreams `voice_to` and `video_to`.
    """

    survey: SurveyForm = field(default_factory=SurveyForm)
    identity: IdentityPolicy = IdentityPolicy.OFF
    closed_to: str | None = None
    answers_by: str | None = None
    voice_to: str | None = None
    video_to: str | None = None
