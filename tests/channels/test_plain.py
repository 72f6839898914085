"""By what accounts are opened goes unencrypted only within networks that the operator has named."""

from __future__ import annotations

import socket

import pytest
from sample_floor import AATU, Floor, reason
from sample_line import LOOPBACK, SECRET, furnish, opener
from sample_provider import StandIn

from valvomo.addresses import networks_of
from valvomo.channels import judging
from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import UnavailableError
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.domain.refusals import Reason, Refusal


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("http://127.0.0.1:8080/in", True),
        ("http://93.184.215.14/in", False),
        ("http://10.0.0.7/in", False),
        ("https://93.184.215.14/in", True),
    ],
)
async def test_an_address_that_anybody_could_listen_to_is_not_kept(
    floor: Floor, url: str, taken: bool
) -> None:  # fmt: skip
    await furnish(floor)
    filled = ({"url": url}, {"secret": SECRET})
    made = await SettingUp(floor.executor, opener(floor.database), LOOPBACK).create(
        AATU, ("custom", "Ours", "custom"), filled, None
    )
    assert isinstance(made, Done) is taken
    if isinstance(made, Refusal):
        assert reason(made) is Reason.MALFORMED
        assert "body.settings.url" in str(made.facts)
        assert await floor.sql("SELECT 1 FROM channel_accounts") == []


async def test_nor_is_it_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(_host: str, _port: int, _allowed: object) -> list[str]:
        return ["93.184.215.14"]

    def connected(*_: object, **__: object) -> None:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(judging, "resolved", resolved)
    monkeypatch.setattr(socket, "socket", connected)
    async with GuardedHttp(networks_of(["127.0.0.0/8"])) as http:
        with pytest.raises(UnavailableError, match="https:// alone"):
            await http.request("GET", "http://out.there/")


async def test_within_a_network_that_is_allowed_it_is() -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        assert (await http.request("GET", f"{system.url}/")).status == 200
