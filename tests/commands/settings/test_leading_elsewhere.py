"""A secret that nobody can read is told to no other server, unless whoever changes that knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from sample_floor import AATU, Floor, reason
from sample_line import LOOPBACK, opener

from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.setting_up import LEADING, SettingUp
from valvomo.commands.execute import Done
from valvomo.commands.settings.bots import ChangeBot, CreateBot
from valvomo.domain.conversations.bot_rules import ModelRules
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.trunks.kinds import KINDS

SERVER = {"server": "sip.provider.example", "username": "house"}
TELLS_NOBODY = {"url", "vouching_server", "local_port", "media_ports"}
"""Nothing secret goes there: what goes to the custom channel's `url` is only signed."""


def test_every_setting_that_names_a_server_leads() -> None:
    names = {name for kind in KINDS.values() for name in kind.settings.__struct_fields__}
    leading = {one for one in names if re.search(r"host|server|url|port|security|transport|domain", one)}
    assert leading - TELLS_NOBODY == set(LEADING)


async def trunk(floor: Floor, secrets: Mapping[str, Any]) -> tuple[SettingUp, str]:
    await floor.sql("UPDATE workstreams SET channel = 'voice' WHERE id = 'chat'")
    setting_up = SettingUp(floor.executor, opener(floor.database), LOOPBACK)
    made = await setting_up.create(AATU, ("sip", "Trunk", "chat"), (SERVER, secrets), None)
    assert isinstance(made, Done), made
    return setting_up, str(made.result["id"])


async def changed(
    setting_up: SettingUp, one: str, secrets: Mapping[str, Any] | None, **settings: Any
) -> Done | Refusal:
    command = ChangeChannelAccount(account_id=one, settings={**SERVER, **settings})
    return await setting_up.change(AATU, command, secrets, None)


@pytest.mark.parametrize(
    "elsewhere",
    [{"server": "thief.example"}, {"port": 5070}, {"transport": "tcp"}, {"domain": "thief.example"}],
    ids=["server", "port", "transport", "domain"],
)
async def test_a_trunk_needs_its_password_again(floor: Floor, elsewhere: dict[str, Any]) -> None:
    setting_up, one = await trunk(floor, {"password": "of the house"})
    assert reason(await changed(setting_up, one, None, **elsewhere)) is Reason.MALFORMED
    assert isinstance(await changed(setting_up, one, None, number="+358401234567"), Done)
    assert isinstance(await changed(setting_up, one, {"password": "of the house"}, **elsewhere), Done)


async def test_a_trunk_without_a_password_has_nothing_to_tell(floor: Floor) -> None:
    setting_up, one = await trunk(floor, {})
    assert isinstance(await changed(setting_up, one, None, server="sip.other.example"), Done)


async def test_a_bot_needs_its_key_again(floor: Floor) -> None:
    here, there = (ModelRules(url=f"https://{host}.example/v1", model="m") for host in ("model", "thief"))
    made = await floor.done(AATU, CreateBot(name="Viisas", kind="model", rules=here, key="sk-1"))
    bot = str(made.result["id"])
    refused = await floor.refused(AATU, ChangeBot(bot_id=bot, rules=there))
    assert refused == malformed("key", "must be given again where it would be told to another server")
    await floor.done(AATU, ChangeBot(bot_id=bot, rules=ModelRules(url=here.url, model="another")))
    await floor.done(AATU, ChangeBot(bot_id=bot, rules=there, key="sk-1"))
    await floor.done(AATU, ChangeBot(bot_id=bot, rules=here, key=""))
    await floor.done(AATU, ChangeBot(bot_id=bot, rules=there))
