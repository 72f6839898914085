"""What the sample organization is furnished with besides people, queues and workstreams, in three languages."""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.commands.settings.kinds import (
    CustomPresence,
    DispositionCode,
    OfferTemplate,
    OpeningHours,
    QuickReply,
    Resource,
    Skill,
)
from valvomo.domain.agents.presence import Presence
from valvomo.domain.routing.hours import Span

_FROM_EIGHT_TO_FOUR = (Span(8 * 60, 16 * 60),)

SKILLS = {name: Skill(name=name) for name in ("Finnish", "Swedish", "Billing", "Returns", "Technical")}

LEVELS: Mapping[str, Mapping[str, int]] = {
    "aino": {"Finnish": 5, "Swedish": 2, "Billing": 4},
    "eino": {"Finnish": 4, "Billing": 3, "Technical": 4},
    "lumi": {"Swedish": 5, "Finnish": 3, "Technical": 2},
    "onni": {"Finnish": 4, "Returns": 2, "Technical": 5},
    "helmi": {"Finnish": 5, "Billing": 5, "Returns": 3},
    "toivo": {"Swedish": 5, "Billing": 2, "Returns": 4},
}
"""What each agent can do, from 1 to 5."""

OFFICE_HOURS = OpeningHours(
    name="Office hours",
    time_zone="Europe/Helsinki",
    region="FI",
    weekly=dict.fromkeys(range(5), _FROM_EIGHT_TO_FOUR),
)
"""Nobody goes by them: the sample is open whenever it is looked at."""

PRESENCES = (
    CustomPresence(name="Lunch", names={"fi": "Lounas", "sv": "Lunch"}, presence=Presence.AWAY),
    CustomPresence(
        name="Training", names={"fi": "Koulutus", "sv": "Utbildning"}, presence=Presence.DO_NOT_DISTURB
    ),
)

CALM = OfferTemplate(
    name="Calm",
    seconds=180,
    reject_reasons=("On the phone", "Not my field", "About to leave"),
    sound=False,
)
"""For work that can wait. No workstream uses it."""


def quick_replies(queues: Mapping[str, str]) -> tuple[QuickReply, ...]:
    """Three for all queues, one for Billing."""
    return (
        QuickReply(
            name="hello",
            texts={
                "en": "Hello! How can I help you?",
                "fi": "Hei! Miten voin auttaa?",
                "sv": "Hej! Hur kan jag hjälpa dig?",
            },
        ),
        QuickReply(
            name="moment",
            texts={
                "en": "One moment please, I am looking into it.",
                "fi": "Hetki vain, selvitän asiaa.",
                "sv": "Ett ögonblick, jag tar reda på det.",
            },
        ),
        QuickReply(
            name="thanks",
            texts={
                "en": "Thank you for getting in touch. Have a nice day!",
                "fi": "Kiitos yhteydenotosta. Mukavaa päivänjatkoa!",
                "sv": "Tack för att du hörde av dig. Ha en fin dag!",
            },
        ),
        QuickReply(
            name="invoice",
            queue_id=queues["Billing"],
            texts={
                "en": "Could you tell me the number of the invoice? It is in its top right corner.",
                "fi": "Voisitko kertoa laskun numeron? Se on laskun oikeassa yläkulmassa.",
                "sv": "Kan du uppge fakturans nummer? Det står längst upp till höger på fakturan.",
            },
        ),
    )


def dispositions(queues: Mapping[str, str]) -> tuple[DispositionCode, ...]:
    """Four for all queues, one for Billing."""
    return (
        DispositionCode(name="resolved", names={"en": "Resolved", "fi": "Ratkaistu", "sv": "Löst"}),
        DispositionCode(name="paid", names={"en": "Paid", "fi": "Maksettu", "sv": "Betalt"}),
        DispositionCode(
            name="follow_up", names={"en": "To be followed up", "fi": "Vaatii jatkoa", "sv": "Följs upp"}
        ),
        DispositionCode(
            name="no_answer",
            names={
                "en": "Customer did not answer",
                "fi": "Asiakas ei vastannut",
                "sv": "Kunden svarade inte",
            },
        ),
        DispositionCode(
            name="refunded",
            queue_id=queues["Billing"],
            names={"en": "Refunded", "fi": "Hyvitetty", "sv": "Återbetalt"},
        ),
    )


def others(queues: Mapping[str, str]) -> tuple[Resource, ...]:
    """Everything but the skills, which people are created with."""
    return (OFFICE_HOURS, *PRESENCES, CALM, *quick_replies(queues), *dispositions(queues))
