"""Files at each provider, as its documentation says: what comes is fetched, what goes is brought, word for word."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_files import PDF, picture
from sample_line import LOOPBACK
from sample_meta import PAGE_ID, account, answered, letter
from sample_provider import Asked, Said, StandIn

from valvomo.channels import PROVIDERS
from valvomo.channels.dividing import divided, together
from valvomo.channels.http import GuardedHttp
from valvomo.channels.media import Enclosed, Medium, UnfetchableError
from valvomo.channels.messenger import Messenger
from valvomo.channels.multipart import Form
from valvomo.channels.optional import Divider, Fetcher
from valvomo.channels.port import Account, Letter, RejectedError, UnavailableError
from valvomo.channels.telegram import Telegram
from valvomo.channels.telegram.provider import TelegramSecrets, TelegramSettings
from valvomo.channels.twilio import Twilio
from valvomo.channels.twilio.provider import TwilioSecrets, TwilioSettings
from valvomo.channels.whatsapp import WhatsApp
from valvomo.domain.attachments.kinds import TYPES
from valvomo.domain.attachments.limits import NOTHING
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.conversations.delivery import DeliveryProblem

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PHOTO = picture()
BOT = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"
SID, TOKEN = "AC" + "0" * 32, "0123456789abcdef0123456789abcdef"
MEDIA = f"MM{'a' * 32}/ME{'b' * 32}"


def enclosed(name: str = "photo.png", media_type: str = "image/png", data: bytes = PHOTO) -> Enclosed:
    async def chunks() -> AsyncIterator[bytes]:
        yield data[:3]
        yield data[3:]

    return Enclosed(
        id=name, name=name, media_type=media_type, size=len(data), chunks=chunks,
        link=lambda: f"https://desk.example.org/files/{name}",
    )  # fmt: skip


def telegram(url: str) -> Account:
    return Account(
        id="one", organization_id="house", settings=TelegramSettings(base_url=url),
        secrets=TelegramSecrets(bot_token=BOT), callback="https://desk.example.org/channels/telegram/one",
    )  # fmt: skip


def twilio(url: str, *, mms: bool = True) -> Account:
    return Account(
        id="one", organization_id="house",
        settings=TwilioSettings(account_sid=SID, sender="+15550000000", mms=mms, base_url=url),
        secrets=TwilioSecrets(auth_token=TOKEN), callback="https://desk.example.org/channels/twilio/one",
    )  # fmt: skip


def whatsapp(url: str) -> Account:
    return account(
        WhatsApp(),
        {"phone_number_id": "106540352242922", "business_account_id": "102290129340398", "base_url": url},
    )


def messenger(url: str) -> Account:
    return account(Messenger(), {"page_id": PAGE_ID, "base_url": url})


def form(asked: Asked) -> dict[str, tuple[str, str, bytes]]:
    """A form with files as a server reads it: for each field its file's name and type, and its bytes."""
    edge = asked.headers["content-type"].partition("boundary=")[2].encode()
    parts = asked.body.split(b"--" + edge)
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    found = {}
    for part in parts[1:-1]:
        head, _, body = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        file = re.search(rb'filename="([^"]*)"', head)
        kind = re.search(rb"content-type: (\S+)", head)
        assert name is not None
        found[name[1].decode()] = (
            file[1].decode() if file else "", kind[1].decode() if kind else "", body.removesuffix(b"\r\n")
        )  # fmt: skip
    return found


async def fetched(provider: Fetcher, one: Account, ref: str) -> bytes:
    async with GuardedHttp(LOOPBACK) as http, provider.fetch(one, Medium(ref=ref), http) as incoming:
        return b"".join([chunk async for chunk in incoming.chunks]) if incoming.successful else b""


async def sent(provider: Any, one: Account, wanted: Letter) -> list[str]:
    """All pieces of a letter, as they are given one by one; what the provider calls them."""
    pieces = provider.divide(one, wanted) if isinstance(provider, Divider) else (wanted,)
    async with GuardedHttp(LOOPBACK) as http:
        return [(await provider.send(one, piece, http)).provider_id for piece in pieces]


# Telegram: https://core.telegram.org/bots/api#getfile, #sendphoto, #senddocument, #sendmediagroup


def bot(asked: Asked) -> Said:
    method = asked.path.rpartition("/")[2]
    if asked.path.startswith(f"/file/bot{BOT}/"):
        return Said(body=PHOTO) if asked.path.endswith("photos/file_1.png") else Said(status=404)
    if method == "getFile":
        one = json.loads(asked.body)["file_id"]
        if one == "large":
            return answered(
                {"ok": False, "error_code": 400, "description": "Bad Request: file is too big"}, 400
            )
        if one == "gone":
            return answered(
                {"ok": False, "error_code": 400, "description": "Bad Request: invalid file_id"}, 400
            )
        return answered({"ok": True, "result": {"file_id": one, "file_path": "photos/file_1.png"}})
    if method == "sendMediaGroup":
        return answered({"ok": True, "result": [{"message_id": 8}, {"message_id": 9}]})
    return answered({"ok": True, "result": {"message_id": 7}})


async def test_telegram_gives_out_a_file_by_its_id() -> None:
    async with StandIn(bot).open() as api:
        assert await fetched(Telegram(), telegram(api.url), "AgAC") == PHOTO
        for ref, problem in (("large", MediaProblem.TOO_LARGE), ("gone", MediaProblem.GONE)):
            with pytest.raises(UnfetchableError) as refused:
                await fetched(Telegram(), telegram(api.url), ref)
            assert refused.value.problem is problem


async def test_the_bots_token_is_in_no_problem() -> None:
    api = StandIn(bot)
    async with api.open():
        one = telegram(api.url)
    with pytest.raises(UnavailableError) as away:
        await fetched(Telegram(), one, "AgAC")
    assert BOT not in str(away.value)


@pytest.mark.parametrize(
    ("name", "media_type", "method", "field"),
    [
        ("a.png", "image/png", "sendPhoto", "photo"),
        ("a.gif", "image/gif", "sendAnimation", "animation"),
        ("a.mp4", "video/mp4", "sendVideo", "video"),
        ("a.mp3", "audio/mpeg", "sendAudio", "audio"),
        ("a.ogg", "audio/ogg", "sendVoice", "voice"),
        ('ä "quoted".pdf', "application/pdf", "sendDocument", "document"),
    ],
)  # fmt: skip
async def test_telegram_is_given_each_kind_its_own_way(
    name: str, media_type: str, method: str, field: str
) -> None:
    async with StandIn(bot).open() as api:
        wanted = letter("Tässä.", "7001", media=(enclosed(name, media_type),))
        assert await sent(Telegram(), telegram(api.url), wanted) == ["7001:7"]
        (asked,) = api.asked
        assert asked.path == f"/bot{BOT}/{method}"
        told = form(asked)
        assert told[field] == (name.replace('"', "%22"), media_type, PHOTO)
        assert (told["chat_id"][2], told["caption"][2].decode()) == (b"7001", "Tässä.")


async def test_telegram_is_given_together_what_goes_together_and_long_words_before() -> None:
    files = (enclosed("1.png"), enclosed("2.mp4", "video/mp4"), enclosed("3.pdf", "application/pdf", PDF))
    async with StandIn(bot).open() as api:
        assert await sent(Telegram(), telegram(api.url), letter("short", "7001", media=files)) == [
            "7001:8",
            "7001:7",
        ]
        album, document = api.asked
        assert [one.path.rpartition("/")[2] for one in api.asked] == ["sendMediaGroup", "sendDocument"]
        told = form(album)
        assert json.loads(told["media"][2]) == [
            {"type": "photo", "media": "attach://file0", "caption": "short"},
            {"type": "video", "media": "attach://file1"},
        ]
        assert told["file1"] == ("2.mp4", "video/mp4", PHOTO)
        assert "caption" not in form(document)
        api.asked.clear()
        await sent(Telegram(), telegram(api.url), letter("x" * 1025, "7001", media=files[:1]))
        assert [one.path.rpartition("/")[2] for one in api.asked] == ["sendMessage", "sendPhoto"]


async def test_a_picture_that_is_no_photo_for_telegram_goes_as_a_document() -> None:
    def choosy(asked: Asked) -> Said:
        if asked.path.endswith("sendPhoto"):
            said = {"ok": False, "error_code": 400, "description": "Bad Request: PHOTO_INVALID_DIMENSIONS"}
            return answered(said, 400)
        return bot(asked)

    async with StandIn(choosy).open() as api:
        assert await sent(Telegram(), telegram(api.url), letter("", "7001", media=(enclosed(),))) == [
            "7001:7"
        ]
        assert [one.path.rpartition("/")[2] for one in api.asked] == ["sendPhoto", "sendDocument"]


# WhatsApp: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media


def cloud(url: Callable[[], str]) -> Callable[[Asked], Said]:
    def answer(asked: Asked) -> Said:
        if asked.path == "/lookaside":
            return (
                Said(body=PHOTO)
                if asked.headers.get("authorization", "").startswith("Bearer ")
                else Said(status=401)
            )
        if asked.method == "GET" and "/MEDIA?" in asked.path:
            known = {
                "messaging_product": "whatsapp",
                "url": f"{url()}/lookaside",
                "mime_type": "image/png",
                "id": "MEDIA",
            }
            return answered(known)
        if asked.method == "GET":
            return answered({"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}}, 400)
        if asked.path.endswith("/media"):
            return answered({"id": "4490709327384033"})
        return answered({"messages": [{"id": f"wamid.{asked.headers['content-length']}"}]})

    return answer


async def test_whatsapp_gives_out_a_file_by_an_id_and_then_an_address() -> None:
    api = StandIn()
    api.answer = cloud(lambda: api.url)
    async with api.open():
        assert await fetched(WhatsApp(), whatsapp(api.url), "MEDIA") == PHOTO
        assert api.asked[0].path == "/v26.0/MEDIA?phone_number_id=106540352242922"
        with pytest.raises(UnfetchableError):
            await fetched(WhatsApp(), whatsapp(api.url), "OTHER")


async def test_whatsapp_says_no_token_to_an_address_that_is_not_secure() -> None:
    async with StandIn(lambda _asked: answered({"url": "http://elsewhere.example/file"})).open() as api:
        with pytest.raises(UnfetchableError):
            await fetched(WhatsApp(), whatsapp(api.url), "MEDIA")
        assert len(api.asked) == 1


async def test_whatsapp_is_brought_a_file_and_then_told_of_it() -> None:
    api = StandIn()
    api.answer = cloud(lambda: api.url)
    files = (enclosed("1.png"), enclosed("2.pdf", "application/pdf", PDF), enclosed("3.ogg", "audio/ogg"))
    async with api.open():
        assert len(await sent(WhatsApp(), whatsapp(api.url), letter("Tässä.", media=files))) == 3
        brought, told = api.asked[::2], [json.loads(one.body) for one in api.asked[1::2]]
        assert [form(one)["file"][:2] for one in brought] == [
            ("1.png", "image/png"), ("2.pdf", "application/pdf"), ("3.ogg", "audio/ogg")
        ]  # fmt: skip
        assert form(brought[0])["messaging_product"][2] == b"whatsapp"
        known = "4490709327384033"
        assert [(one["type"], one[one["type"]]) for one in told] == [
            ("image", {"id": known, "caption": "Tässä."}),
            ("document", {"id": known, "filename": "2.pdf"}),
            ("audio", {"id": known}),
        ]


async def test_words_for_a_sound_go_before_it_by_whatsapp() -> None:
    api = StandIn()
    api.answer = cloud(lambda: api.url)
    async with api.open():
        await sent(
            WhatsApp(), whatsapp(api.url), letter("Kuuntele.", media=(enclosed("3.ogg", "audio/ogg"),))
        )
        told = [json.loads(one.body) for one in api.asked if one.path.endswith("/messages")]
        assert [one["type"] for one in told] == ["text", "audio"]


# Messenger: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets


def page(asked: Asked) -> Said:
    if asked.path.endswith("/message_attachments"):
        return answered({"attachment_id": "1857777774821032"})
    if asked.method == "GET":
        return Said(body=PHOTO)
    return answered({"recipient_id": "4000000001", "message_id": f"m_{asked.headers['content-length']}"})


async def test_messenger_is_given_words_and_files_apart() -> None:
    files = (enclosed("1.png"), enclosed("2.zip", "application/zip"))
    async with StandIn(page).open() as api:
        await sent(Messenger(), messenger(api.url), letter("Tässä.", "4000000001", media=files))
        told = [json.loads(one.body)["message"] for one in api.asked if one.path.endswith("/messages")]
        known = {"attachment_id": "1857777774821032"}
        assert told == [
            {"text": "Tässä."},
            {"attachment": {"type": "image", "payload": known}},
            {"attachment": {"type": "file", "payload": known}},
        ]
        brought = [form(one) for one in api.asked if one.path.endswith("/message_attachments")]
        assert json.loads(brought[0]["message"][2]) == {
            "attachment": {"type": "image", "payload": {"is_reusable": True}}
        }
        assert brought[1]["filedata"] == ("2.zip", "application/zip", PHOTO)


async def test_messenger_gives_out_a_file_to_whoever_knows_its_address() -> None:
    async with StandIn(page).open() as api:
        assert await fetched(Messenger(), messenger(api.url), f"{api.url}/v/t1/photo.png?oh=1&oe=2") == PHOTO
        assert "authorization" not in api.asked[0].headers


# Twilio: https://www.twilio.com/docs/messaging/api/media-resource, .../api/message-resource


async def test_twilio_gives_out_a_file_with_the_token_and_leads_on_without() -> None:
    async with StandIn(lambda _asked: Said(body=PHOTO)).open() as far:

        def answer(asked: Asked) -> Said:
            if asked.path != f"/2010-04-01/Accounts/{SID}/Messages/{MEDIA.replace('/', '/Media/')}":
                return Said(status=404)
            known = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
            if asked.headers.get("authorization") != f"Basic {known}":
                return Said(status=401)
            return Said(status=307, headers={"location": f"{far.url}/file"})

        async with StandIn(answer).open() as api:
            assert await fetched(Twilio(), twilio(api.url), MEDIA) == PHOTO
            assert "authorization" not in far.asked[0].headers
            wrong = replace(twilio(api.url), secrets=TwilioSecrets(auth_token="f" * 32))
            with pytest.raises(RejectedError) as refused:
                await fetched(Twilio(), wrong, MEDIA)
            assert refused.value.problem is DeliveryProblem.ACCOUNT


async def test_twilio_fetches_what_goes_with_a_message() -> None:
    async with StandIn(lambda _asked: answered({"sid": "SM1"}, 201)).open() as api:
        files = (enclosed("1.png"), enclosed("2.png"))
        assert await sent(Twilio(), twilio(api.url), letter("", "+15551234567", media=files)) == ["SM1"]
        told = parse_qs(api.asked[0].body.decode())
        assert told["MediaUrl"] == [
            "https://desk.example.org/files/1.png",
            "https://desk.example.org/files/2.png",
        ]
        assert "Body" not in told


def test_a_sender_without_mms_takes_no_files() -> None:
    assert Twilio().abilities(twilio("https://api.twilio.com", mms=False)).media is NOTHING
    assert Twilio().abilities(twilio("https://api.twilio.com")).media.most == 10


@pytest.mark.parametrize("answer", [Said(status=500), Said(drop=True), Said(body=b"{}"), Said(status=429)])
async def test_a_file_that_could_not_be_brought_leaves_nothing_that_may_come_twice(answer: Said) -> None:
    def failing(asked: Asked) -> Said:
        return answer if asked.path.endswith(("/media", "/message_attachments")) else Said(status=500)

    async with StandIn(failing).open() as api:
        for provider, one in ((WhatsApp(), whatsapp(api.url)), (Messenger(), messenger(api.url))):
            to = "+358401234567" if isinstance(provider, WhatsApp) else "4000000001"
            with pytest.raises(UnavailableError) as away:
                await sent(provider, one, letter("", to, media=(enclosed(),)))
            assert not away.value.lost


# What holds for all of them


SORTS = {"a": "album", "b": "document", "c": ""}


@given(st.lists(st.sampled_from("abc"), max_size=25), st.integers(0, 40), st.integers(0, 30))
def test_what_is_divided_is_all_there_in_its_order(kinds: list[str], words: int, room: int) -> None:
    files = tuple(enclosed(f"{number}{kind}", "image/png") for number, kind in enumerate(kinds))
    wanted = letter("x" * words, media=files)
    groups = together(files, lambda one: SORTS[one.name[-1]], 10)
    pieces = divided(wanted, groups, caption=lambda _file: room)
    assert [one for piece in pieces for one in piece.media] == list(files)
    assert "".join(piece.text for piece in pieces) == wanted.text
    assert pieces == divided(wanted, groups, caption=lambda _file: room)
    ids = [piece.id for piece in pieces]
    assert (ids[0], len(set(ids))) == (wanted.id, len(ids))
    for piece in pieces[1:] if words and not pieces[0].media else pieces:
        assert len({SORTS[one.name[-1]] for one in piece.media}) <= 1
        assert len(piece.media) <= 10


@given(st.text(max_size=40), st.text(max_size=40), st.binary(max_size=200))
async def test_a_form_is_as_long_as_it_says_and_names_break_out_of_nothing(
    name: str, words: str, data: bytes
) -> None:
    clean = name.encode("utf-8", "replace").decode()
    fields = {"caption": words.encode("utf-8", "replace").decode()}
    headers, body = Form(fields, [("file", enclosed(clean, data=data))]).written()
    whole = b"".join([chunk async for chunk in body])
    assert len(whole) == int(headers["content-length"])
    asked = Asked("POST", "/", headers, whole)
    read = form(asked)
    assert (read["caption"][2].decode(), read["file"][2]) == (fields["caption"], data)


def test_every_provider_that_takes_files_says_which() -> None:
    abilities = {
        "whatsapp": WhatsApp().abilities(whatsapp("https://x")), "telegram": Telegram().abilities(telegram("https://x")),
        "messenger": Messenger().abilities(messenger("https://x")), "twilio": Twilio().abilities(twilio("https://x")),
    }  # fmt: skip
    for name, one in abilities.items():
        assert isinstance(PROVIDERS[name], Fetcher)
        assert any(one.media.carries(kind) for kind in TYPES), name
        assert (one.media.types or frozenset()) <= TYPES.keys()
