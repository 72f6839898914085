"""Contacts: search, one customer, their history over channels, changes, merging."""

from typing import Annotated

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.contacts.change import ChangeContact
from valvomo.commands.contacts.forget import ForgetContact
from valvomo.commands.contacts.merge import MergeContacts, UnmergeContact
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.contacts import (
    ChangeContactRequest,
    ContactDocument,
    ContactItem,
    ForgettingDocument,
    MergeRequest,
)
from valvomo.protocol.pages import Page
from valvomo.protocol.rows import BoardRow
from valvomo.queries import contacts

TAGS = ("contacts",)
ONE = "/contacts/{contact_id:str}"

PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
Words = Annotated[
    str,
    QueryParameter(max_length=200, description="Beginnings of words of name, address or company; digits."),
]


@get("/contacts", tags=TAGS, operation_id="listContacts", summary="Search contacts")
async def list_contacts(
    parts: PartsArg, actor: ActorArg, q: Words = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[ContactItem]:
    """In order of their names. Agents find those with whom there is a conversation that they may see."""
    async with parts.reader.reading() as tx:
        return found(await contacts.found(tx, actor, q, cursor=cursor, limit=limit))


@get(ONE, tags=TAGS, operation_id="getContact", summary="One customer")
async def get_contact(contact_id: PathId, parts: PartsArg, actor: ActorArg) -> ContactDocument:
    """By any of the contacts that they are."""
    async with parts.reader.reading() as tx:
        return found(await contacts.one(tx, actor, contact_id))


@get(f"{ONE}/conversations", tags=TAGS, operation_id="listContactHistory", summary="A customer's history")
async def list_history(
    contact_id: PathId, parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 50
) -> Page[BoardRow]:
    """Over all channels, ongoing and closed, the newest first; as far as the caller may see them."""
    async with parts.reader.reading() as tx:
        return found(await contacts.history(tx, actor, contact_id, cursor=cursor, limit=limit))


@patch(ONE, tags=TAGS, operation_id="changeContact", summary="Change what is known of a contact")
async def change_contact(
    contact_id: PathId,
    data: JSONBody[ChangeContactRequest],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
) -> ContactDocument:
    """The audit log says who changed what. An address that is written here makes nobody known."""
    command = ChangeContact(
        contact_id=contact_id,
        revision=data.revision,
        name=data.name.strip() if data.name else None,
        email=data.email,
        phone=data.phone,
        company=data.company,
        language=data.language,
        about=data.about,
    )
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await contacts.one(tx, actor, contact_id))


@post(f"{ONE}/merge", status_code=200, tags=TAGS, operation_id="mergeContacts", summary="Merge two contacts")
async def merge(
    contact_id: PathId, data: JSONBody[MergeRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> ContactDocument:
    """They are one customer from now on; supervisors and administrators say so, and can take it back."""
    done(await parts.executor.execute(actor, MergeContacts(contact_id=contact_id, into_id=data.into), key))
    async with parts.reader.reading() as tx:
        return found(await contacts.one(tx, actor, contact_id))


@post(
    f"{ONE}/unmerge", status_code=200, tags=TAGS, operation_id="unmergeContact", summary="Take a merge back"
)
async def unmerge(contact_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> ContactDocument:
    """The contact is a customer of its own again, with all that came to it."""
    done(await parts.executor.execute(actor, UnmergeContact(contact_id=contact_id), key))
    async with parts.reader.reading() as tx:
        return found(await contacts.one(tx, actor, contact_id))


@get(f"{ONE}/forget", tags=TAGS, operation_id="getForgetting", summary="What removing a customer takes")
async def get_forgetting(contact_id: PathId, parts: PartsArg, actor: ActorArg) -> ForgettingDocument:
    """Beforehand: how much goes, and which conversations must be closed first. Administrators only."""
    async with parts.reader.reading() as tx:
        return found(await contacts.forgetting_of(tx, actor, contact_id))


@post(f"{ONE}/forget", status_code=200, tags=TAGS, operation_id="forgetContact", summary="Remove a customer")
async def forget(contact_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> ContactDocument:
    """For good: who they are at once, what was written with them in the next minutes. It cannot be taken back."""
    done(await parts.executor.execute(actor, ForgetContact(contact_id=contact_id), key))
    async with parts.reader.reading() as tx:
        return found(await contacts.one(tx, actor, contact_id))


ROUTES = (list_contacts, get_contact, list_history, change_contact, merge, unmerge, get_forgetting, forget)
