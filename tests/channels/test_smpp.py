"""SMPP against another implementation: what is sent and heard over a session, and what happens when that ends."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sample_centre import Centre
from sample_certificate import certificate_in
from sample_line import LOOPBACK
from smpp.pdu.operations import BindReceiver, BindTransceiver, BindTransmitter
from smpp.pdu.pdu_types import AddrTon, CommandStatus, MessageState

from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import (
    Account,
    Inbound,
    Item,
    Letter,
    RejectedError,
    Report,
    UnavailableError,
)
from valvomo.channels.smpp import Smpp
from valvomo.channels.smpp.forms import SmppSecrets, SmppSettings
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE = "01a2287f-bd50-7043-8471-2cc40e90e6d2"


class Esme:
    """An account that is bound, its cursor kept between; `keep` may be left out."""

    def __init__(self, provider: Smpp, http: GuardedHttp, account: Account) -> None:
        self.provider, self.http, self.account = provider, http, account
        self.at = NOW

    async def listen(self, *, keep: bool = True) -> list[Item]:
        heard = await self.provider.listen(self.account, self.http)
        if keep:
            self.account = replace(self.account, cursor=heard.cursor)
        return list(heard.items)

    async def texts(self, count: int) -> list[str]:
        """So many texts, as they come."""
        found: list[str] = []
        while len(found) < count:
            found += [one.text for one in await self.listen() if isinstance(one, Inbound)]
        return found

    async def everything(self, centre: Centre) -> list[Item]:
        """Until the centre has been told that we have all that it had for us."""
        found: list[Item] = []
        while centre.owed:
            found += await self.listen()
        return found

    async def send(self, text: str, **more: Any) -> list[str]:
        """A message in its parts; as what each was taken."""
        pieces = self.provider.divide(self.account, letter(text, **more))
        return [(await self.provider.send(self.account, one, self.http)).provider_id for one in pieces]


def letter(text: str, **more: Any) -> Letter:
    given: dict[str, Any] = {
        "id": ONE, "conversation_id": "c", "address": "+358401234567", "text": text, "author_name": "Aino",
        "language": "fi", "subject": "", "created_at": NOW, "at": NOW, **more,
    }  # fmt: skip
    return Letter(**given)


def account(port: int, **changed: Any) -> Account:
    given = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "system_id": "valvomo",
        "sender": "16400",
        **changed,
    }
    return Account(
        id="one", organization_id="house", settings=SmppSettings(**given), secrets=SmppSecrets(password="s3cret"),
        callback="",
    )  # fmt: skip


@asynccontextmanager
async def bound(centre: Centre, **changed: Any) -> AsyncIterator[Esme]:
    """An account that has been asked for the first time."""
    async with GuardedHttp(LOOPBACK) as http:
        esme = Esme(Smpp(lambda: esme.at), http, account(centre.port, **changed))
        await esme.listen()
        try:
            yield esme
        finally:
            await esme.provider.detach("one")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAIT_SECONDS", "SOON_SECONDS", "HOPE_SECONDS"):
        monkeypatch.setattr(f"valvomo.channels.smpp.hearing.{name}", 0.05)


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    async with Centre().open() as made:
        yield made


async def test_we_bind_as_we_are_set_up(centre: Centre) -> None:
    async with bound(centre, system_type="CC"):
        (bind,) = centre.binds
        assert isinstance(bind, BindTransceiver)
        said = bind.params
        assert (said["system_id"], said["password"], said["system_type"]) == (b"valvomo", b"s3cret", b"CC")
        assert said["interface_version"] == 0x34
    await centre.until(lambda: centre.connections == 0)


async def test_two_links_one_for_each_direction(centre: Centre) -> None:
    async with bound(centre, mode="two") as esme:
        assert [type(one) for one in centre.binds] == [BindTransmitter, BindReceiver]
        centre.deliver(b"Hei")
        assert await esme.texts(1) == ["Hei"]
        assert await esme.send("Hei vain") == ["id-1"]


async def test_a_message_goes_out_as_it_is_set_up(centre: Centre) -> None:
    async with bound(centre) as esme:
        assert await esme.send("Hyvää päivää @ 5 €") == ["id-1"]
        said = centre.submitted[0].params
        assert (said["source_addr"], said["source_addr_ton"]) == (b"16400", AddrTon.NETWORK_SPECIFIC)
        assert (said["destination_addr"], said["dest_addr_ton"]) == (b"358401234567", AddrTon.INTERNATIONAL)
        # GSM 03.38, one byte a character, the euro after an escape.
        assert said["short_message"] == b"Hyv\x7b\x7b p\x7biv\x7b\x7b \x00 5 \x1be"
        assert "NO_SMSC" not in str(said["registered_delivery"].receipt)


@pytest.mark.parametrize(
    ("changed", "text", "content", "coding"),
    [
        ({}, "Здравствуйте 😀", "Здравствуйте 😀".encode("utf-16-be"), "UCS2"),
        ({"latin1": True}, "façade ç", "façade ç".encode("latin-1"), "LATIN_1"),
        ({"default_alphabet": "latin1"}, "façade ç", "façade ç".encode("latin-1"), "SMSC_DEFAULT"),
        ({"default_alphabet": "ascii"}, "hyvää", "hyvää".encode("utf-16-be"), "UCS2"),
    ],
)
async def test_the_shortest_alphabet_that_has_it_is_taken(
    centre: Centre, *, changed: dict[str, Any], text: str, content: bytes, coding: str
) -> None:
    async with bound(centre, **changed) as esme:
        await esme.send(text)
        said = centre.submitted[0].params
        assert said["short_message"] == content
        assert coding in str(said["data_coding"])


@pytest.mark.parametrize("way", ["udh", "sar", "payload"])
async def test_long_texts_go_out_in_parts_that_belong_together(way: str, centre: Centre) -> None:
    text = "Pitkä viesti: " + "åäö€ " * 80
    async with bound(centre, long_texts=way) as esme:
        taken = await esme.send(text)
        said = [one.params for one in centre.submitted]
    if way == "payload":
        assert len(said) == 1
        assert said[0]["message_payload"].count(b"\x1be") == 80
        return
    assert len(taken) == len(said) == 4
    if way == "udh":
        headers = [one["short_message"][:6] for one in said]
        assert [one[:3] for one in headers] == [b"\x05\x00\x03"] * 4
        assert len({one[3] for one in headers}) == 1, "one reference"
        assert [tuple(one[4:]) for one in headers] == [(4, 1), (4, 2), (4, 3), (4, 4)]
        assert all("UDHI" in str(one["esm_class"]) for one in said)
        assert all(len(one["short_message"]) <= 159 for one in said)
        whole = b"".join(one["short_message"][6:] for one in said)
    else:
        assert [(one["sar_total_segments"], one["sar_segment_seqnum"]) for one in said] == [
            (4, number) for number in (1, 2, 3, 4)
        ]
        assert len({one["sar_msg_ref_num"] for one in said}) == 1
        whole = b"".join(one["short_message"] for one in said)
    assert whole.count(b"\x1be") == 80
    assert not any(one["short_message"].endswith(b"\x1b") for one in said), "no character is divided"


async def test_parts_are_the_same_at_each_attempt_and_in_one_alphabet(centre: Centre) -> None:
    async with bound(centre) as esme:
        first = esme.provider.divide(esme.account, letter("plain " * 20 + "Привет 😀" * 10))
        again = esme.provider.divide(esme.account, letter("plain " * 20 + "Привет 😀" * 10))
        assert first == again
        assert len({one.id for one in first}) == len(first)
        for one in first:
            await esme.provider.send(esme.account, one, esme.http)
        assert {str(one.params["data_coding"].schemeData) for one in centre.submitted} == {
            "DataCodingDefault.UCS2"
        }
        whole = b"".join(one.params["short_message"][6:] for one in centre.submitted)
        assert whole.decode("utf-16-be") == "plain " * 20 + "Привет 😀" * 10


async def test_more_parts_than_are_allowed_are_refused_before_the_first_goes(centre: Centre) -> None:
    async with bound(centre, most_parts=2) as esme:
        with pytest.raises(RejectedError) as caught:
            await esme.send("x" * 307)
        assert caught.value.problem is DeliveryProblem.TOO_LONG
        assert centre.submitted == []
        assert len(await esme.send("x" * 306)) == 2


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("ESME_RINVDSTADR", DeliveryProblem.INVALID_ADDRESS),
        ("ESME_RINVMSGLEN", DeliveryProblem.TOO_LONG),
        ("ESME_RSUBMITFAIL", DeliveryProblem.REFUSED),
        ("ESME_RX_R_APPN", DeliveryProblem.REFUSED),
        ("ESME_RINVSRCADR", DeliveryProblem.ACCOUNT),
        ("ESME_RINVEXPIRY", DeliveryProblem.OTHER),
    ],
)
async def test_what_is_refused_for_good(status: str, problem: DeliveryProblem, centre: Centre) -> None:
    centre.answer = lambda _said: CommandStatus[status]
    async with bound(centre) as esme:
        with pytest.raises(RejectedError) as caught:
            await esme.send("Hei")
        assert caught.value.problem is problem
        assert caught.value.detail.startswith("0x")


@pytest.mark.parametrize(
    ("status", "paced"),
    [("ESME_RTHROTTLED", True), ("ESME_RMSGQFUL", True), ("ESME_RSYSERR", False), ("ESME_RX_T_APPN", False)],
)
async def test_what_may_go_later(status: str, paced: bool, centre: Centre) -> None:
    centre.answer = lambda _said: CommandStatus[status]
    async with bound(centre) as esme:
        with pytest.raises(UnavailableError) as caught:
            await esme.send("Hei")
        assert (caught.value.paced, caught.value.lost) == (paced, False)


async def test_an_answer_that_never_comes_may_have_been_a_yes(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.answer = lambda _said: None
    async with bound(centre) as esme:
        sending = asyncio.ensure_future(esme.send("Hei"))  # noqa: TID251 - awaited below
        await centre.until(lambda: len(centre.submitted) == 1)
        centre.hang_up()
        with pytest.raises(UnavailableError) as caught:
            await sending
        assert caught.value.lost
        with pytest.raises(UnavailableError) as caught:
            await esme.send("Hei")
        assert not caught.value.lost, "nothing was said"
        with pytest.raises(UnavailableError):
            await esme.listen()
        await esme.listen()
        monkeypatch.setattr("valvomo.channels.smpp.link.PATIENCE_SECONDS", 0.1)
        with pytest.raises(UnavailableError) as caught:
            await esme.send("Hei")
        assert caught.value.lost


async def test_no_more_are_under_way_than_the_window_has_room_for(centre: Centre) -> None:
    centre.answer = lambda _said: None
    async with bound(centre, window=3) as esme:
        sending = [asyncio.ensure_future(esme.send(f"{one}")) for one in range(5)]  # noqa: TID251 - awaited below
        await centre.until(lambda: len(centre.submitted) == 3)
        centre.ask()
        await centre.until(lambda: len(centre.answers) == 1)
        assert len(centre.submitted) == 3
        centre.hang_up()
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        assert [getattr(one, "lost", None) for one in outcomes] == [True] * 3 + [False] * 2


async def test_what_comes_is_answered_once_it_is_kept_and_not_before(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(b"Hei")
        (said,) = await esme.listen()
        assert isinstance(said, Inbound)
        assert (said.text, said.address) == ("Hei", "+358401234567")
        assert said.identity is not None
        assert centre.owed == 1, "it has not been told yet"
        await esme.listen()
        await centre.until(lambda: centre.owed == 0)


async def test_what_was_not_kept_comes_again_and_is_no_repeat(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(b"Hei")
        assert len(await esme.listen(keep=False)) == 1
        with pytest.raises(UnavailableError, match="not kept"):
            await esme.listen()
        assert await esme.texts(1) == ["Hei"]


async def test_what_was_kept_and_not_answered_comes_again_and_is_known(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(b"Hei")
        centre.deliver(b"Hei")
        assert await esme.texts(2) == ["Hei", "Hei"], "who says it twice means it twice"
        centre.hang_up()
        with pytest.raises(UnavailableError):
            await esme.listen()
        centre.deliver(b"Uusi")
        assert await esme.texts(1) == ["Uusi"]
        assert await esme.everything(centre) == []
        centre.deliver(b"Hei")
        assert await esme.texts(1) == ["Hei"], "the same words later are another message"


async def test_a_restart_knows_what_was_kept(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(b"Hei")
        await esme.texts(1)
        kept = esme.account
        centre.hang_up()
    async with GuardedHttp(LOOPBACK) as http:
        other = Esme(Smpp(lambda: NOW), http, kept)
        assert await other.everything(centre) == []
        await other.provider.detach("one")


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
@pytest.mark.parametrize("wide", [False, True])
async def test_parts_are_put_together_in_any_order_also_after_a_restart(
    order: tuple[int, ...], wide: bool, centre: Centre
) -> None:
    text = "Ensimmäinen 😀 osa, toinen osa ja kolmas"
    raw = text.encode("utf-16-be")
    # Phones divide characters too.
    cut = [raw[:25], raw[25:51], raw[51:]]
    head = b"\x06\x08\x04\x01\x02\x03" if wide else b"\x05\x00\x03\x07\x03"
    async with bound(centre) as esme:
        for one in order[:2]:
            centre.deliver(head + bytes((one,)) + cut[one - 1], header=True, coding=8)
        assert await esme.everything(centre) == []
        kept = replace(esme.account, cursor={**esme.account.cursor})
    async with GuardedHttp(LOOPBACK) as http:
        other = Esme(Smpp(lambda: NOW), http, kept)
        await other.listen()
        centre.deliver(head + bytes((order[2],)) + cut[order[2] - 1], header=True, coding=8)
        assert await other.texts(1) == [text]
        assert "parts" not in other.account.cursor
        await other.provider.detach("one")


async def test_parts_by_options_and_a_long_payload(centre: Centre) -> None:
    async with bound(centre) as esme:
        for number, said in ((2, b"kaksi"), (1, b"yksi ")):
            centre.deliver(said, sar_msg_ref_num=500, sar_total_segments=2, sar_segment_seqnum=number)
        centre.deliver(b"", message_payload=b"p" * 400)
        assert await esme.texts(2) == ["yksi kaksi", "p" * 400]


async def test_a_part_that_never_comes_is_a_gap(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(b"\x05\x00\x03\x07\x03\x01alku", header=True)
        centre.deliver(b"\x05\x00\x03\x07\x03\x03loppu", header=True)
        assert await esme.everything(centre) == []
        esme.at += timedelta(minutes=11)
        assert await esme.texts(1) == ["alku […] loppu"]


async def test_a_reference_that_is_used_again_is_another_text(centre: Centre) -> None:
    async with bound(centre) as esme:
        for said in (b"\x01vanha", b"\x01uusi ", b"\x01uusi ", b"\x02loppu"):
            centre.deliver(b"\x05\x00\x03\x07\x02" + said, header=True)
        assert await esme.texts(2) == ["vanha […]", "uusi loppu"]


@pytest.mark.parametrize(
    ("content", "more", "text"),
    [
        (b"\x00 \x1be \x7b", {}, "@ € ä"),
        ("Привет".encode("utf-16-be"), {"coding": 8}, "Привет"),
        (b"fa\xe7ade", {"coding": 3}, "façade"),
        (b"plain", {"coding": 1}, "plain"),
        (b"flash", {"coding": 0xF0}, "flash"),
        ("Ж".encode("utf-16-be"), {"coding": 0x18}, "Ж"),
        (b"\x04\x05\x02\x00\x00ports", {"header": True}, "ports"),
        (b"", {}, "—"),
    ],
)
async def test_alphabets_are_read(content: bytes, more: dict[str, Any], text: str, centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(content, **more)
        assert await esme.texts(1) == [text]


@pytest.mark.parametrize(
    ("source", "ton", "address", "known"),
    [
        (b"358401234567", "INTERNATIONAL", "+358401234567", True),
        (b"358401234567", "UNKNOWN", "+358401234567", True),
        (b"+358401234567", "UNKNOWN", "+358401234567", True),
        (b"00358401234567", "UNKNOWN", "+358401234567", True),
        (b"0401234567", "NATIONAL", "+358401234567", True),
        (b"DNA", "ALPHANUMERIC", "DNA", False),
        (b"16100", "NETWORK_SPECIFIC", "16100", False),
    ],
)
async def test_who_has_written(centre: Centre, *, source: bytes, ton: str, address: str, known: bool) -> None:
    async with bound(centre, country="FI") as esme:
        centre.deliver(b"Hei", source=source, ton=AddrTon[ton])
        (said,) = await esme.listen()
        assert isinstance(said, Inbound)
        assert (said.address, said.identity is not None) == (address, known)


async def test_what_is_no_text_waits_for_a_person(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.deliver(b"\x01\x02\x03", coding=4)
        (said,) = await esme.listen()
        assert isinstance(said, Inbound)
        assert said.problem == "it is no text, but 3 bytes"


RECEIPT = (
    "id:{} sub:001 dlvrd:001 submit date:2603020900 done date:2603020901 stat:{} err:{} text:stat:UNDELIV"
)


@pytest.mark.parametrize(
    ("stat", "state", "problem", "detail"),
    [
        ("DELIVRD", Delivery.DELIVERED, None, ""),
        ("ACCEPTD", Delivery.SENT, None, ""),
        ("EXPIRED", Delivery.FAILED, DeliveryProblem.UNREACHABLE, "011"),
        ("UNDELIV", Delivery.FAILED, DeliveryProblem.UNREACHABLE, "011"),
        ("REJECTD", Delivery.FAILED, DeliveryProblem.REFUSED, "011"),
        ("DELETED", Delivery.FAILED, DeliveryProblem.REFUSED, "011"),
    ],
)
async def test_receipts_in_words(
    centre: Centre, *, stat: str, state: Delivery, problem: DeliveryProblem | None, detail: str
) -> None:
    async with bound(centre) as esme:
        centre.receipt(RECEIPT.format("id-1", stat, "011"))
        (said,) = await esme.listen()
        assert isinstance(said, Report)
        assert (said.provider_id, said.state, said.problem, said.detail) == ("id-1", state, problem, detail)


async def test_receipts_by_options_and_such_as_say_nothing(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.receipt("", receipted_message_id=b"id-9", message_state=MessageState.DELIVERED)
        (said,) = await esme.listen()
        assert isinstance(said, Report)
        assert (said.provider_id, said.state) == ("id-9", Delivery.DELIVERED)
        centre.receipt("nothing that anybody knows")
        centre.receipt(RECEIPT.format("id-1", "UNKNOWN", "000"))
        assert await esme.everything(centre) == []


@pytest.mark.parametrize(
    ("way", "sent", "told"),
    [("same", b"0aF", "0aF"), ("hex_to_decimal", b"0aF", "0175"), ("decimal_to_hex", b"175", "AF")],
)
async def test_ids_that_receipts_write_otherwise(way: str, sent: bytes, told: str, centre: Centre) -> None:
    centre.message_id = lambda _number: sent
    async with bound(centre, receipt_ids=way) as esme:
        (one,) = await esme.send("Hei")
        centre.receipt(RECEIPT.format(told, "DELIVRD", "000"))
        (said,) = await esme.listen()
        assert isinstance(said, Report)
        assert said.provider_id == one


async def test_a_quiet_side_is_asked_and_a_dead_one_is_left(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.channels.smpp.link.PATIENCE_SECONDS", 0.3)
    async with bound(centre) as esme:
        session = esme.provider._hearing.standing("one")
        assert session is not None
        session._links[0]._every = 0.05
        centre.deliver(b"Hei")
        await esme.texts(1)
        await centre.until(lambda: centre.enquired > 1)
        centre.ask()
        await centre.until(lambda: any(one.seqNum == 998 for one in centre.answers))
        centre.silent = True
        session = esme.provider._hearing.standing("one")
        assert session is not None
        await session._links[0].ended.wait()
        with pytest.raises(UnavailableError, match="does not answer"):
            await esme.listen()
        centre.silent = False
        centre.deliver(b"Taas")
        assert "Taas" in await esme.texts(1)


async def test_a_side_that_takes_its_leave_is_bound_to_again(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.take_leave()
        with pytest.raises(UnavailableError):
            await esme.listen()
        await esme.listen()
        assert len(centre.binds) == 2
        assert any(one.seqNum == 999 for one in centre.answers), "the leave was answered"


@pytest.mark.parametrize(
    "raw",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\x00\x00\x04",
        b"\xff" * 16,
        b"\x00\x00\x00\x10" + b"\x00\x00\x77\x77" + bytes(8),
    ],
)
async def test_whatever_else_is_said_costs_no_more_than_the_connection(raw: bytes, centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.say(raw)
        centre.deliver(b"Hei")
        texts: list[str] = []
        while not texts:
            with suppress(UnavailableError):
                texts = await esme.texts(1)
        assert texts == ["Hei"]


async def test_a_delivery_that_is_none_is_refused_and_those_behind_it_are_taken(centre: Centre) -> None:
    async with bound(centre) as esme:
        centre.say(b"\x00\x00\x00\x12\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x4d\x00\x01")
        centre.deliver(b"Hei")
        assert await esme.texts(1) == ["Hei"]
        await centre.until(lambda: any(one.seqNum == 77 for one in centre.answers))
        assert [one.status.name for one in centre.answers if one.seqNum == 77] == ["ESME_RINVCMDLEN"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("ESME_RINVPASWD", RejectedError),
        ("ESME_RINVSYSID", RejectedError),
        ("ESME_RBINDFAIL", RejectedError),
        ("ESME_RALYBND", UnavailableError),
        ("ESME_RSYSERR", UnavailableError),
    ],
)
async def test_a_bind_that_is_refused(status: str, kind: type[Exception], centre: Centre) -> None:
    centre.bind_status = CommandStatus[status]
    async with GuardedHttp(LOOPBACK) as http:
        esme = Esme(Smpp(), http, account(centre.port))
        with pytest.raises(kind) as caught:
            await esme.listen()
        assert "s3cret" not in str(caught.value)
        with pytest.raises(kind):
            await esme.send("Hei")
        health = await esme.provider.check(esme.account, http, NOW)
        assert not health.well
        centre.bind_status = CommandStatus.ESME_ROK
        assert (await esme.provider.check(esme.account, http, NOW)).well
        await centre.until(lambda: centre.connections == 0)


async def test_a_check_asks_over_the_session_that_stands(centre: Centre) -> None:
    async with bound(centre) as esme:
        assert (await esme.provider.check(esme.account, esme.http, NOW)).well
        assert (len(centre.binds), centre.enquired) == (1, 1)


async def test_what_is_sent_waits_a_moment_for_the_connection(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.channels.smpp.hearing.HOPE_SECONDS", 20.0)
    async with GuardedHttp(LOOPBACK) as http:
        esme = Esme(Smpp(), http, account(centre.port))
        sending = asyncio.ensure_future(esme.send("Hei"))  # noqa: TID251 - awaited below
        await asyncio.sleep(0)
        await esme.listen()
        assert await sending == ["id-1"]
        await esme.provider.detach("one")


async def test_over_tls_with_a_certificate_that_is_believed(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    async with Centre(context=context).open() as centre:
        async with GuardedHttp(LOOPBACK) as http:
            esme = Esme(Smpp(), http, account(centre.port, security="tls", host="localhost"))
            with pytest.raises(UnavailableError, match="certificate"):
                await esme.listen()
            assert centre.binds == [], "no password is said to whom nobody vouches for"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        async with bound(centre, security="tls", host="localhost") as esme:
            centre.deliver(b"Hei")
            assert await esme.texts(1) == ["Hei"]


async def test_nothing_goes_in_clear_beyond_the_networks_that_were_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def public(_host: str, _port: int, _allowed: object) -> list[str]:
        return ["203.0.113.7"]

    monkeypatch.setattr("valvomo.channels.http.resolved", public)
    async with GuardedHttp(LOOPBACK) as http:
        esme = Esme(Smpp(), http, account(2775, host="smpp.example.org"))
        with pytest.raises(UnavailableError, match="TLS alone"):
            await esme.listen()


async def test_a_letter_to_no_number_is_refused(centre: Centre) -> None:
    async with bound(centre) as esme:
        with pytest.raises(RejectedError) as caught:
            await esme.send("Hei", address="DNA")
        assert caught.value.problem is DeliveryProblem.INVALID_ADDRESS
