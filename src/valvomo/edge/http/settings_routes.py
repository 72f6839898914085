"""The routes of sessions, accounts and settings, all together."""

from valvomo.edge.http import (
    acknowledgements,
    audit,
    dispositions,
    hours,
    presences,
    queues,
    quick_replies,
    session,
    skills,
    supervision,
    templates,
    texts,
    tokens,
    users,
    webhooks,
    workstreams,
)

ROUTES = (
    *session.ROUTES,
    *acknowledgements.ROUTES,
    *users.ROUTES,
    *queues.ROUTES,
    *workstreams.ROUTES,
    *skills.ROUTES,
    *hours.ROUTES,
    *presences.ROUTES,
    *templates.ROUTES,
    *quick_replies.ROUTES,
    *dispositions.ROUTES,
    *texts.ROUTES,
    *supervision.ROUTES,
    *tokens.ROUTES,
    *webhooks.ROUTES,
    *audit.ROUTES,
)
