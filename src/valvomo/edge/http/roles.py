"""Roles of accounts, which are fixed: what each is for, in the caller's language (spec 1 §1, spec 2)."""

from litestar import get
from litestar.di import NamedDependency

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.protocol.pages import Page
from valvomo.protocol.roles import RoleDocument
from valvomo.protocol.texts.catalogue import text


@get("/roles", tags=("users",), operation_id="listRoles", summary="List the roles that accounts can have")
async def list_roles(actor: NamedDependency[Actor]) -> Page[RoleDocument]:
    """For everybody who is signed in; an account may have several."""
    return Page(
        items=[
            RoleDocument(
                id=one,
                name=text(actor.language, ("role", one.value)),
                description=text(actor.language, ("role_for", one.value)),
            )
            for one in UserRole
        ]
    )


ROUTES = (list_roles,)
