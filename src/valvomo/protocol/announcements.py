"""What customers on channels may be told of what happens in their conversation."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

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
