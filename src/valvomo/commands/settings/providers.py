"""The provider by which people sign in: whom the house believes, as which client, and for whom it is the only way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import sign_in_providers
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.provider import Provider, address_problem, domain_problem
from valvomo.domain.refusals import Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProvider(Command):
    """The provider from now on. Without a `client_secret` the present one stays, unless the issuer is another one."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"client_secret"})
    provider: Provider
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProvider(Command):
    """Nobody signs in so any more; passwords open for everybody who has one."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR


@handles(ChangeProvider)
async def change_provider(work: Work, command: ChangeProvider) -> Outcome:
    """Effective with the next sign-in; who is signed in stays so until the session ends."""
    provider, given = command.provider, command.client_secret
    if refusal := _refusal(provider):
        return refusal
    await work.tx.row("house.lock_organization", work.organization_id)
    before = await sign_in_providers.kept(work.tx, work.organization_id, "lock_provider")
    # Who may not read the secret could have it told to a server of their own.
    if not given and (before is None or before.provider.issuer != provider.issuer):
        return malformed("client_secret", "must be given again where it would be told to another server")
    place = sign_in_providers.where(work.organization_id, provider.issuer)
    sealed = work.sealer.seal(given, *place) if given else before.sealed if before else b""
    await work.tx.run(
        "sign_in_providers.set_provider", work.organization_id, provider.issuer, provider.client_id, sealed,
        provider.label, provider.required, list(provider.domains), list(provider.factor_values),
    )  # fmt: skip
    told: dict[str, object] = {"client_secret": "set"} if given else {}
    shown = _shown(before.provider) if before else None
    _note(work, {"provider": shown}, {"provider": _shown(provider), **told})
    return {"issuer": provider.issuer}


@handles(RemoveProvider)
async def remove_provider(work: Work, command: RemoveProvider) -> Outcome:
    """Where there is none it is no error. Accounts stay linked, for the day on which it is believed again."""
    del command
    await work.tx.row("house.lock_organization", work.organization_id)
    before = await sign_in_providers.kept(work.tx, work.organization_id, "lock_provider")
    if before is not None:
        await work.tx.run("sign_in_providers.drop_provider", work.organization_id)
        _note(work, {"provider": _shown(before.provider)}, {"provider": None})
    return {}


def _refusal(provider: Provider) -> Refusal | None:
    if problem := address_problem(provider.issuer):
        return malformed("issuer", problem)
    for at, domain in enumerate(provider.domains):
        if problem := domain_problem(domain):
            return malformed(f"domains.{at}", problem)
    return None


def _shown(provider: Provider) -> dict[str, object]:
    return {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "label": provider.label,
        "required": provider.required,
        "domains": list(provider.domains),
        "factor_values": list(provider.factor_values),
    }


def _note(work: Work, before: dict[str, object], after: dict[str, object]) -> None:
    note_changed(work, "sign_in", (work.organization_id, "sign_in"), (before, after))
