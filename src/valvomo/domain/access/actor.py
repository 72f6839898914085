"""Who acts: a signed-in user, a customer with a token, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.refusals import Reason, Refusal


class UserRole(StrEnum):
    """Roles of accounts (spec 1 §1)."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    INTEGRATION = "integration"


class ActorKind(StrEnum):
    """A person of the house, a customer, the system, or a bot, which has no role and so no right of any of them."""

    USER = "user"
    CUSTOMER = "customer"
    SYSTEM = "system"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting party of a command and the viewing party of a screen.

    `queues` are those the user serves in, `supervised` those the user supervises (`supervises_all` means every
    queue, also future ones). A customer's `conversation_id` is the one conversation its token opens.
    """

    id: str
    organization_id: str
    name: str = ""
    kind: ActorKind = ActorKind.USER
    roles: frozenset[UserRole] = frozenset()
    queues: frozenset[str] = frozenset()
    supervised: frozenset[str] = frozenset()
    supervises_all: bool = False
    language: str = "en"
    conversation_id: str | None = None

    def is_(self, role: UserRole) -> bool:
        """Whether the account has this role."""
        return role in self.roles

    def supervises(self, queue_id: str) -> bool:
        """Whether this is a supervisor of the queue."""
        return UserRole.SUPERVISOR in self.roles and (self.supervises_all or queue_id in self.supervised)


def system(organization_id: str, name: str) -> Actor:
    """The system acting by itself: `router` or `timer`."""
    return Actor(id=f"system:{name}", organization_id=organization_id, name=name, kind=ActorKind.SYSTEM)


def system_refusal(actor: Actor) -> Refusal | None:
    """Why this is done by nobody but the system itself."""
    return None if actor.kind is ActorKind.SYSTEM else Refusal(Reason.ROLE_NEEDED, {"role": "system"})
