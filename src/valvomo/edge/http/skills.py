"""Skills: everybody may read them, administrators change them (spec 3 *Administration*)."""

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.kinds import Skill
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import ChangeSkillRequest, CreateSkillRequest, SkillDocument
from valvomo.queries.resources import SKILLS

TAGS = ("skills",)
ONE = "/skills/{skill_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]


@get("/skills", tags=TAGS, operation_id="listSkills", summary="List skills")
async def list_skills(
    parts: PartsArg, actor: ActorArg, cursor: Cursor = None, limit: Limit = 100
) -> Page[SkillDocument]:
    """In order of their making."""
    return await listed(parts, actor, SKILLS, cursor=cursor, limit=limit)


@post("/skills", status_code=201, tags=TAGS, operation_id="createSkill", summary="Create a skill")
async def create_skill(
    data: JSONBody[CreateSkillRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> SkillDocument:
    """Agents get it with a level, from 1 to 5; skill rules of workstreams ask for it."""
    new = Skill(name=data.name)
    return await created(parts, actor, SKILLS, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getSkill", summary="One skill")
async def get_skill(skill_id: PathId, parts: PartsArg, actor: ActorArg) -> SkillDocument:
    """As it is now."""
    return await shown(parts, actor, SKILLS, skill_id)


@patch(ONE, tags=TAGS, operation_id="changeSkill", summary="Change a skill")
async def change_skill(
    skill_id: PathId, data: JSONBody[ChangeSkillRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> SkillDocument:
    """What is left out stays as it is."""
    changes = changes_of(data)
    return await changed(parts, actor, SKILLS, resource_id=skill_id, changes=changes, key=key)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeSkill", summary="Remove a skill")
async def remove_skill(skill_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """Refused while an agent has it or a rule asks for it."""
    await removed(parts, actor, SKILLS, resource_id=skill_id, key=key)


ROUTES = (list_skills, create_skill, get_skill, change_skill, remove_skill)
