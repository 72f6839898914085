"""Where people come in by a provider: sent there, let in when they come back and have proved who they are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import structlog

from valvomo.commands.execute import Executor
from valvomo.commands.settings.attempts import CountFailure
from valvomo.commands.settings.provider_links import OpenByProvider
from valvomo.commands.settings.sign_in import Session
from valvomo.db import sign_in_providers
from valvomo.db.sealing import NoKeyError, UnopenableError
from valvomo.domain.access.actor import Actor, UserRole, system
from valvomo.domain.access.provider import Fault, Identity, own_path
from valvomo.domain.refusals import Reason, Refusal
from valvomo.house_key import UnreadableKeyError
from valvomo.oidc.asking import UnfitError
from valvomo.oidc.discovery import Configuration
from valvomo.oidc.passages import CODE_PATIENCE, Begun, Passages, Proved, begun
from valvomo.oidc.providers import Client, Providers, RejectedError
from valvomo.oidc.tokens import UntrustedError

CANCELLED = "access_denied"
"""What a provider says where somebody did not want to, or may not (RFC 6749 §4.1.2.1)."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where the browser goes, and what it keeps meanwhile."""

    url: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """Who came back proved themselves, and has a second factor of the house: `cookie` keeps that meanwhile."""

    cookie: str = field(repr=False)
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session, and the page that was wanted."""

    session: Session
    next: str


class ProviderGate:
    """One for a process. `public_url` is where browsers find this server, where the operator has said so."""

    def __init__(
        self,
        executor: Executor,
        providers: Providers,
        passages: Passages,
        *,
        session_hours: int,
        public_url: str,
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self._executor = executor
        self._providers = providers
        self._passages = passages
        self._seconds = session_hours * 3600

    async def label(self, organization_id: str | None) -> str | None:
        """What the provider of an organization is called, of the only one where none is named."""
        found = await self._kept(organization_id)
        return None if found is None else found[1].provider.label

    async def examine(self, actor: Actor, issuer: str) -> Configuration | UnfitError | Refusal:
        """Whether a provider can be used; asked by administrators alone, since it makes us knock somewhere."""
        if not actor.is_(UserRole.ADMINISTRATOR):
            return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.ADMINISTRATOR.value})
        try:
            return await self._providers.examine(issuer)
        except UnfitError as error:
            return error

    async def begin(self, organization_id: str | None, redirect_uri: str, wanted: str) -> Sent | Fault:
        """The way to the provider, and on to the page that was wanted."""
        found = await self._kept(organization_id)
        if found is None:
            return Fault.OFF
        house, provider = found[0], found[1].provider
        way = begun(
            house,
            (provider.issuer, provider.client_id),
            (redirect_uri, own_path(wanted)),
            self._executor.clock(),
        )
        try:
            return Sent(url=await self._providers.way(provider, way), cookie=self._passages.sealed(way))
        except UnfitError as error:
            return _told(house, Fault.UNREACHABLE, str(error))
        except (NoKeyError, UnreadableKeyError) as error:
            return _told(house, Fault.OFF, type(error).__name__)

    def wanted(self, cookie: str) -> str:
        """The page that whoever comes back wanted."""
        way = self._passages.opened(cookie, Begun, self._executor.clock())
        return "/" if way is None else way.next

    async def come_back(self, cookie: str, told: Mapping[str, str]) -> Opened | CodeAsked | Fault:
        """A session for whoever comes back with what the provider told the browser (`told`): once for each way."""
        now = self._executor.clock()
        way = self._passages.opened(cookie, Begun, now)
        if way is None or not hmac.compare_digest(way.state.encode(), told.get("state", "").encode()):
            return Fault.LOST
        digest = hashlib.sha256(way.state.encode()).digest()
        async with self._executor.database.transaction() as tx:
            first = await tx.value("sign_in_providers.claim_return", way.organization_id, digest, way.until)
            kept = await sign_in_providers.kept(tx, way.organization_id)
        if not first:
            return Fault.LOST
        if kept is None or (kept.provider.issuer, kept.provider.client_id) != (way.issuer, way.client_id):
            return Fault.OFF
        identity = await self._identity(way, kept, told)
        if isinstance(identity, Fault):
            return identity
        proved = Proved(
            organization_id=way.organization_id, issuer=way.issuer, client_id=way.client_id, identity=identity,
            next=way.next, until=now + CODE_PATIENCE,
        )  # fmt: skip
        return await self._let_in(proved)

    async def with_code(self, cookie: str, code: str) -> Opened | Fault | Refusal:
        """The same for whoever was asked for a code; a wrong one counts as a failed sign-in."""
        proved = self._passages.opened(cookie, Proved, self._executor.clock())
        if proved is None:
            return Refusal(Reason.SIGN_IN_AGAIN)
        owner = await self._owner(proved)
        if owner is None:
            return Fault.UNKNOWN
        came = await self._open(proved, owner, code)
        if isinstance(came, Refusal) and came.reason is Reason.WRONG_CODE:
            # Nobody has proved to be the account's owner in full, so the fact is not theirs.
            actor = system(proved.organization_id, "sign_in")
            await self._executor.execute(actor, CountFailure(user_id=owner.id))
        return came

    async def _let_in(self, proved: Proved) -> Opened | CodeAsked | Fault:
        owner = await self._owner(proved)
        if owner is None:
            # Whoever did not prove an address is told that, and not that nobody has it.
            unknown = Fault.UNKNOWN if proved.identity.verified else Fault.UNVERIFIED
            return _told(proved.organization_id, unknown)
        came = await self._open(proved, owner, None)
        if not isinstance(came, Refusal):
            return came
        if came.reason is Reason.CODE_NEEDED:
            return CodeAsked(cookie=self._passages.sealed(proved), next=proved.next)
        return _told(proved.organization_id, Fault.LOST, came.reason.value)

    async def _open(self, proved: Proved, owner: Actor, code: str | None) -> Opened | Fault | Refusal:
        command = OpenByProvider(
            user_id=owner.id, issuer=proved.issuer, client_id=proved.client_id, identity=proved.identity,
            seconds=self._seconds, code=code,
        )  # fmt: skip
        done = await self._executor.execute(owner, command)
        if isinstance(done, Refusal):
            return done
        if "fault" in done.result:
            return _told(proved.organization_id, Fault(str(done.result["fault"])))
        opened = {**done.result, "user_id": owner.id, "organization_id": proved.organization_id}
        return Opened(session=msgspec.convert(opened, Session), next=proved.next)

    async def _identity(
        self, way: Begun, kept: sign_in_providers.Kept, told: Mapping[str, str]
    ) -> Identity | Fault:
        """Who came back; why nobody is believed is for the operator alone to read."""
        try:
            return await self._proved(way, kept, told)
        except UnfitError as error:
            fault, why = Fault.UNREACHABLE, str(error)
        except RejectedError as error:
            fault, why = Fault.CANCELLED if str(error) == CANCELLED else Fault.REJECTED, str(error)
        except UntrustedError as error:
            fault, why = Fault.UNTRUSTED, str(error)
        except UnopenableError as error:
            fault, why = Fault.OFF, str(error)
        return _told(way.organization_id, fault, why)

    async def _proved(self, way: Begun, kept: sign_in_providers.Kept, told: Mapping[str, str]) -> Identity:
        if "error" in told:
            raise RejectedError(told["error"][:60])
        if not told.get("code"):
            raise RejectedError("no code")
        names_itself = await self._providers.names_itself(kept.provider)
        if told.get("iss", "" if names_itself else way.issuer) != way.issuer:
            raise UntrustedError("another issuer sent the browser back")
        place = sign_in_providers.where(way.organization_id, way.issuer)
        client = Client(provider=kept.provider, secret=self._executor.sealer.open(kept.sealed, *place))
        seconds = int(self._executor.clock().timestamp())
        return await self._providers.identity(client, way, told["code"], seconds)

    async def _kept(self, organization_id: str | None) -> tuple[str, sign_in_providers.Kept] | None:
        async with self._executor.database.reading() as tx:
            house = organization_id or await tx.value("sign_in_providers.only_organization")
            kept = await sign_in_providers.kept(tx, house) if house else None
        return None if kept is None else (str(house), kept)

    async def _owner(self, proved: Proved) -> Actor | None:
        identity = proved.identity
        email = identity.email if identity.verified else ""
        async with self._executor.database.reading() as tx:
            of = (proved.issuer, identity.subject)
            return await sign_in_providers.owner(tx, proved.organization_id, of, email)


def _told(organization_id: str, fault: Fault, why: str = "") -> Fault:
    """Said to the operator, who alone may read why; nobody is named."""
    log.info("sign_in.not_by_provider", organization=organization_id, fault=fault.value, why=why[:300])
    return fault
