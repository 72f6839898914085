"""The routes of sessions, accounts and settings, all together."""

from valvomo.edge.http import (
    acknowledgements,
    audit,
    queues,
    session,
    supervision,
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
    *texts.ROUTES,
    *supervision.ROUTES,
    *tokens.ROUTES,
    *webhooks.ROUTES,
    *audit.ROUTES,
)
