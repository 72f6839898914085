"""About the caller: who they are, what they may, and what they must still acknowledge (spec 1 §5, spec 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from valvomo.db import house, sign_in_providers
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.agent_figures import agents_shown
from valvomo.domain.access.supervision import Right, account_refusal
from valvomo.domain.consent.acknowledging import outstanding
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.lookups import Named
from valvomo.protocol.providers import LinkDocument, ProviderDocument
from valvomo.protocol.settings import Me, ToAcknowledge
from valvomo.protocol.signing_in import SignInSettings
from valvomo.protocol.texts.catalogue import text
from valvomo.queries.listing import role_refusal

ORGANIZATION = "organization"


async def me(tx: Transaction, actor: Actor, session: str = "") -> Me | Refusal:
    """The caller's account, as this session of theirs has it."""
    row = await tx.row("people.actor", actor.organization_id, actor.id)
    organization = await tx.row("house.organization", actor.organization_id)
    if row is None or organization is None:
        return Refusal(Reason.NOT_SIGNED_IN)
    supervision = await house.supervision(tx, actor.organization_id)
    names = {one["id"]: one["name"] for one in await tx.rows("house.queues", actor.organization_id)}
    link = await sign_in_providers.link(tx, actor.organization_id, actor.id)
    here = await sign_in_providers.session(tx, actor.organization_id, actor.id, session)
    return Me(
        id=actor.id,
        organization=Named(organization["id"], organization["name"]),
        name=row["name"],
        email=row["email"],
        roles=sorted(actor.roles),
        rights=[right for right in Right if account_refusal(right, actor, supervision) is None],
        queues=_named(actor.queues, names),
        supervised=_named(names if actor.supervises_all else actor.supervised, names),
        supervises_all=actor.supervises_all,
        time_zone=organization["time_zone"],
        agent_figures=not isinstance(agents_shown(actor, supervision.agent_figures, {}), Refusal),
        language=row["language"],
        acknowledgements=await _outstanding(tx, actor),
        second_factor=await tx.value("second_factors.has", actor.organization_id, actor.id),
        second_factor_needed=bool(actor.roles.intersection(organization["second_factor_of"])),
        sign_in_link=LinkDocument(issuer=link.link.issuer, linked_at=link.linked_at) if link else None,
        by_provider=here is not None and here[1],
    )


async def sign_in(tx: Transaction, actor: Actor, redirect_uri: str) -> SignInSettings | Refusal:
    """How accounts of the organization sign in; administrators only."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    needed_by = await tx.value("second_factors.needed_by", actor.organization_id)
    kept = await sign_in_providers.kept(tx, actor.organization_id)
    return SignInSettings(
        second_factor_of=[UserRole(role) for role in sorted(needed_by or ())],
        provider=msgspec.convert(kept.provider, ProviderDocument, from_attributes=True) if kept else None,
        redirect_uri=redirect_uri,
    )


async def to_acknowledge(tx: Transaction, actor: Actor) -> list[ToAcknowledge]:
    """What the caller must still acknowledge, in their own language where the text has it."""
    items = []
    for kind in await _outstanding(tx, actor):
        row = await tx.row("house.current_text", actor.organization_id, ORGANIZATION, kind, actor.language)
        if row is not None:
            items.append(
                ToAcknowledge(
                    kind=kind,
                    title=text(row["language"], ("purpose", kind, "title")),
                    text=row["text"],
                    version=row["version"],
                    language=row["language"],
                )
            )
    return items


async def _outstanding(tx: Transaction, actor: Actor) -> list[str]:
    given = await tx.rows("settings.acknowledged", actor.organization_id, actor.id)
    newest = await tx.rows("settings.newest_texts", actor.organization_id, ORGANIZATION, None)
    return outstanding(actor.roles, _versions(given), _versions(newest))


def _versions(rows: Iterable[Any]) -> dict[str, dict[str, int]]:
    versions: dict[str, dict[str, int]] = {}
    for row in rows:
        versions.setdefault(row["kind"], {})[row["language"]] = row["version"]
    return versions


def _named(ids: Iterable[str], names: dict[str, str]) -> list[Named]:
    return sorted((Named(one, names.get(one, one)) for one in ids), key=lambda one: one.name.lower())
