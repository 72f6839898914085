"""Letters to webhooks and bots, and what models are asked, go unencrypted only where the operator says so."""

from __future__ import annotations

import pytest
import sample_provider
from sample_line import LOOPBACK

from valvomo import addresses
from valvomo.addresses import networks_of
from valvomo.jobs.posting import Post


async def test_nothing_is_told_to_a_public_address_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(_host: str, _port: int, _allowed: object) -> list[str]:
        return ["93.184.215.14"]

    monkeypatch.setattr(addresses, "resolved", resolved)
    async with Post.opened(networks_of(["127.0.0.0/8"])) as post:
        monkeypatch.setattr(post._client, "send", None)
        answer = await post.send("http://out.there/", {}, b"{}")
    assert answer.problem == "out.there may be spoken to by https:// alone"
    assert answer.status is None


async def test_a_name_is_not_trusted_for_one_of_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(_host: str, _port: int, _allowed: object) -> list[str]:
        return ["127.0.0.1", "93.184.215.14"]

    monkeypatch.setattr(addresses, "resolved", resolved)
    async with sample_provider.StandIn().open() as near, Post.opened(LOOPBACK) as post:
        answer = await post.send(f"{near.url}/", {}, b"{}")
        assert (near.asked, answer.status) == ([], None)


async def test_within_a_network_that_is_allowed_it_is() -> None:
    async with sample_provider.StandIn().open() as near, Post.opened(LOOPBACK) as post:
        assert (await post.send(f"{near.url}/", {}, b"{}")).status == 200
