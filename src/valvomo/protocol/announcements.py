"""What customers on channels may be told of what happens in their conversation."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from valvomo.domain.conversations.place import MOST_MINUTES

Announcements = Annotated[
    tuple[
        Literal[
            "agent_joined", "supervisor_joined", "supervisor_left", "consult_joined", "consult_left", "back_in_queue",
            "handed_to_people", "supervisor_ended", "agent_ended", "ended",
        ],
        ...,
    ],
    Meta(max_length=10, description="Of what happens in it customers are told these over a channel."),
]  # fmt: skip
PlaceMinutes = Annotated[
    int,
    Meta(
        ge=0,
        le=MOST_MINUTES,
        description="Over a channel customers are told their place at most every so many minutes; 0: not at all.",
    ),
]
SurveyMinutes = Annotated[
    int,
    Meta(
        ge=0,
        le=MOST_MINUTES,
        description="Over a channel customers are asked how it went, and answer within so many minutes; 0: not at all.",
    ),
]
