"""Files in a conversation: brought, taken by one message, opened by link, and never where they should not be."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sample_files as files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sample_place import Place
from sample_uploads import known, send, sent, widget

from valvomo.files.port import MissingError, Storage, StorageError, all_of
from valvomo.files.port import Place as FilePlace
from valvomo.jobs.examiner import Examiner
from valvomo.queries.verify import Report, verify
from valvomo.queries.verify.files import verify_files

WIDGET = "/widget/v1"
API = "/api/v1/conversations"


async def stored(place: Place, query: str, *args: Any) -> list[Any]:
    async with place.house.database.transaction() as tx:
        return list(await tx._connection.fetch(query, *args))


async def test_a_picture_goes_from_the_customer_to_the_house_and_one_back(place: Place) -> None:
    customer, conversation = await widget(place)
    eino, path = await place.as_("eino"), f"{API}/{conversation}"
    photograph = await sent(customer, WIDGET, files.placed_photograph(), name="../me.jpeg", kind="image/jpeg")
    assert (photograph["progress"], photograph["name"], photograph["links"]) == ("ready", "me.jpeg", None)
    assert (photograph["width"], photograph["height"]) == (20, 60)
    body = {"text": "Look", "client_id": "c-1", "attachments": [photograph["id"]]}
    first = (await customer.post(f"{WIDGET}/messages", json=body)).json()
    again = (await customer.post(f"{WIDGET}/messages", json=body)).json()
    assert first == again
    assert [one["name"] for one in first["attachments"]] == ["me.jpeg"]
    read = (await eino.get(f"{path}/messages")).json()["items"]
    assert [one["attachments"] for one in read] == [first["attachments"]]
    (document,) = await known(eino, path, photograph["id"])
    for opening, kind in (("whole", "image/jpeg"), ("thumbnail", "image/webp")):
        opened = await place.anybody().get(document["links"][opening])
        assert (opened.status_code, opened.headers["content-type"]) == (200, kind)
        assert b"Secret" not in opened.content
        with Image.open(io.BytesIO(opened.content)) as picture:
            assert picture.size == (20, 60)
    back = await sent(eino, path, files.PDF, name="answer.pdf", kind="application/pdf")
    only = await eino.post(f"{path}/messages", json={"attachments": [back["id"]]})
    assert (only.status_code, only.json()["text"]) == (201, "")
    assert (await known(customer, WIDGET, back["id"]))[0]["links"]["whole"] is None
    transcript = (await customer.get(f"{WIDGET}/transcript")).text
    assert "Ada: Look [me.jpeg]" in transcript
    assert "Eino Mäkelä: [answer.pdf]" in transcript
    row = (await (await place.as_("saara")).get(f"{path}")).json()
    assert row["preview"]["text"] == "answer.pdf"
    assert (await verify(place.house.database)).clean


async def test_what_is_given_out_can_do_nothing(place: Place) -> None:
    customer, conversation = await widget(place)
    eino, path = await place.as_("eino"), f"{API}/{conversation}"
    kinds = ["image", "audio", "video", "document", "archive", "other"]
    await allow(place, customer={"allowed": True, "kinds": kinds, "largest": 1_000_000})
    for data, name, kind, disposition in (
        (files.HTML, "page.html", "text/html", "attachment"),
        (files.SVG, "drawing.svg", "image/svg+xml", "attachment"),
        (files.HTML, 'a"\r\nSet-Cookie: x=1; ä.html', "application/octet-stream", "attachment"),
        (files.PDF, "a.pdf", "application/pdf", "attachment"),
        (files.archive(), "a.zip", "application/zip", "attachment"),
        (files.SOUND, "a.wav", "audio/wav", "inline"),
    ):
        one = await sent(customer, WIDGET, data, name=name, kind=kind)
        await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
        (document,) = await known(eino, path, one["id"])
        links = document["links"]
        assert (links["whole"] is not None) == (disposition == "inline")
        for address in filter(None, (links["download"], links["whole"])):
            opened = await place.anybody().get(address)
            shown = disposition if address == links["whole"] else "attachment"
            assert opened.status_code == 200
            assert opened.content == data
            assert opened.headers["content-type"] == ("audio/wav" if shown != "attachment" or name == "a.wav"
                                                      else "application/octet-stream")  # fmt: skip
            assert opened.headers["content-disposition"].startswith(f"{shown}; filename=")
            assert opened.headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert opened.headers["x-content-type-options"] == "nosniff"
            assert opened.headers["cross-origin-resource-policy"] == "cross-origin"
            assert "set-cookie" not in opened.headers
            assert opened.headers["cache-control"].startswith("private, max-age=")


async def test_sound_and_video_are_read_in_parts(place: Place) -> None:
    customer, _ = await widget(place)
    one = await sent(customer, WIDGET, files.SOUND, name="a.wav", kind="audio/wav")
    await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
    ((document,), size) = (await known(customer, WIDGET, one["id"]), len(files.SOUND))
    address, anybody = document["links"]["whole"], place.anybody()
    for wanted, status, part in (
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=100-", 206, slice(100, size)),
        ("bytes=-4", 206, slice(size - 4, size)),
        (f"bytes=10-{size * 2}", 206, slice(10, size)),
        ("bytes=0-", 200, slice(0, size)),
        ("pages=1-2", 200, slice(0, size)),
        ("bytes=0-1,5-6", 200, slice(0, size)),
    ):
        answer = await anybody.get(address, headers={"Range": wanted})
        assert (answer.status_code, answer.content) == (status, files.SOUND[part]), wanted
        if status == 206:
            assert answer.headers["content-range"] == f"bytes {part.start}-{part.stop - 1}/{size}"
    for wanted in (f"bytes={size}-", "bytes=9-3", "bytes=-0"):
        assert (await anybody.get(address, headers={"Range": wanted})).status_code == 416
    head = await anybody.head(address)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")
    assert (await anybody.post(address)).status_code == 405


async def test_a_link_ends_and_opens_nothing_else(place: Place) -> None:
    customer, _ = await widget(place)
    one, other = [await sent(customer, WIDGET, files.picture()) for _ in range(2)]
    await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
    (document,) = await known(customer, WIDGET, one["id"])
    address, anybody = document["links"]["whole"], place.anybody()
    assert (await anybody.get(address)).status_code == 200
    for changed in (
        address.replace(one["id"], other["id"]), address.replace("whole", "download"), address[:-1], "/files/",
        "/files/x", "/files/../secret.key", "/files//etc/passwd",
    ):  # fmt: skip
        assert (await anybody.get(changed)).status_code == 404, changed
    place.house.clock.advance(601)
    assert (await anybody.get(address)).status_code == 404


async def test_what_stays_in_the_house_never_reaches_the_customer(place: Place) -> None:
    customer, conversation = await widget(place)
    eino, path = await place.as_("eino"), f"{API}/{conversation}"
    saara = await place.as_("saara")
    assert (await saara.post(f"{path}/monitor")).status_code == 200
    ids = []
    for client, visibility in ((eino, "internal"), (saara, "whisper")):
        note = await sent(client, path, files.picture(), name="canary-4711.png", visibility=visibility)
        body = {"text": "see", "visibility": visibility, "attachments": [note["id"]]}
        assert (await client.post(f"{path}/messages", json=body)).status_code == 201
        ids.append(note["id"])
    waiting = await sent(eino, path, files.picture(), name="canary-4711.png")
    assert await known(customer, WIDGET, *ids, waiting["id"]) == []
    assert len(await known(eino, path, *ids, waiting["id"])) == 3
    for where in ("messages", "transcript", "conversation"):
        assert "canary" not in (await customer.get(f"{WIDGET}/{where}")).text
    kept = await stored(place, "SELECT count(*) AS n FROM public_messages WHERE attachments <> '[]'")
    assert kept[0]["n"] == 0
    taken = await customer.post(f"{WIDGET}/messages", json={"attachments": [waiting["id"]]})
    assert taken.json()["type"] == "attachment/unknown"


async def test_a_file_belongs_to_who_brought_it_and_where(place: Place) -> None:
    customer, conversation = await widget(place)
    stranger, elsewhere = await widget(place)
    eino = await place.as_("eino")
    mine = await sent(customer, WIDGET, files.picture())
    for client, where in (
        (stranger, f"{WIDGET}/messages"),
        (eino, f"{API}/{conversation}/messages"),
        (eino, f"{API}/{elsewhere}/messages"),
    ):
        answer = await client.post(where, json={"text": "x", "attachments": [mine["id"]]})
        assert (answer.status_code, answer.json()["type"]) == (422, "attachment/unknown")
    assert await known(stranger, WIDGET, mine["id"]) == []
    assert await known(eino, f"{API}/{conversation}", mine["id"]) == []
    assert (await stranger.delete(f"{WIDGET}/attachments/{mine['id']}")).status_code == 404
    assert (await eino.delete(f"{API}/{conversation}/attachments/{mine['id']}")).status_code == 404
    taken = await customer.post(f"{WIDGET}/messages", json={"attachments": [mine["id"]]})
    assert taken.status_code == 201
    twice = await customer.post(f"{WIDGET}/messages", json={"attachments": [mine["id"]]})
    assert (twice.status_code, twice.json()["type"]) == (409, "attachment/taken")
    assert (await customer.delete(f"{WIDGET}/attachments/{mine['id']}")).status_code == 404
    assert len(await known(customer, WIDGET, mine["id"])) == 1
    helmi = await place.as_("helmi")
    assert (await send(helmi, f"{API}/{conversation}", files.picture())).status_code in (403, 404, 409)
    assert (await helmi.get(f"{API}/{conversation}/attachments?ids={mine['id']}")).status_code == 404
    saara = await place.as_("saara")
    unread = await saara.get(f"{API}/{conversation}/attachments?ids={mine['id']}")
    assert unread.json()["type"] == "conversation/monitor-first"


async def allow(place: Place, **limits: Any) -> None:
    """Set what may be sent in the workstream of the web."""
    admin = await place.as_("admin")
    one = place.house.sample.workstreams["Web chat"]
    answer = await admin.patch(f"/api/v1/workstreams/{one}", json={"attachments": limits})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("file", "answered"),
    [
        ((files.PROGRAMS[0], "a.png", "image/png"), (422, "attachment/program")),
        ((files.picture(), "a.exe", "image/png"), (422, "attachment/program")),
        ((files.picture("JPEG"), "a.png", "image/png"), (422, "attachment/mismatch")),
        ((files.HTML, "a.txt", "text/plain"), (422, "attachment/mismatch")),
        ((files.HTML, "a.html", "text/html"), (422, "attachment/kind")),
        ((files.SVG, "a.svg", "image/svg+xml"), (422, "attachment/kind")),
        ((files.archive(), "a.zip", "application/zip"), (422, "attachment/kind")),
        ((b"", "a.txt", "text/plain"), (422, "attachment/empty")),
        ((b"x" * 10_485_761, "a.txt", "text/plain"), (413, "attachment/too-large")),
    ],
    ids=lambda one: str(one[-1]),
)
async def test_what_is_not_taken_is_not_kept(
    place: Place, tmp_path: Path, file: tuple[bytes, str, str], answered: tuple[int, str]
) -> None:
    (data, name, kind), (customer, conversation) = file, await widget(place)

    async def unannounced() -> AsyncIterator[bytes]:
        for begin in range(0, len(data), 1_000_000):
            yield data[begin : begin + 1_000_000]

    for client, where in ((customer, WIDGET), (await place.as_("eino"), f"{API}/{conversation}")):
        for body in (data, unannounced()):
            answer = await client.post(f"{where}/attachments", params={"name": name}, content=body,
                                       headers={"Content-Type": kind})  # fmt: skip
            assert (answer.status_code, answer.json()["type"]) == answered, answer.text
    assert await stored(place, "SELECT * FROM attachments") == []
    gone = {row["id"] for row in await stored(place, "SELECT id FROM discarded_files")}
    left = [one for one in tmp_path.joinpath("files").rglob("*") if one.is_file()]
    assert {one.name.partition(".")[0] for one in left} <= gone


async def test_administrators_say_what_each_side_may_send(place: Place) -> None:
    customer, conversation = await widget(place)
    eino, path = await place.as_("eino"), f"{API}/{conversation}"
    await allow(place, customer={"allowed": False}, house={"kinds": ["image"], "largest": 2_000}, most=2)
    off = await send(customer, WIDGET, files.picture())
    assert (off.status_code, off.json()["type"]) == (403, "attachment/off")
    kind = await send(eino, path, files.PDF, name="a.pdf", kind="application/pdf")
    assert (kind.json()["type"], kind.json()["file_kind"]) == ("attachment/kind", "document")
    large = await send(eino, path, files.picture() + b"x" * 2_000)
    assert (large.status_code, large.json()["largest"]) == (413, 2_000)
    ids = [(await sent(eino, path, files.picture()))["id"] for _ in range(3)]
    many = await eino.post(f"{path}/messages", json={"attachments": ids})
    assert (many.status_code, many.json()["type"], many.json()["most"]) == (422, "attachment/too-many", 2)
    assert (await eino.post(f"{path}/messages", json={"attachments": ids[:2]})).status_code == 201
    shown = await customer.get(f"{WIDGET}/config?key={place.house.sample.keys['Web chat']}")
    assert shown.json()["attachments"] is None


async def test_nobody_piles_up_files(place: Place) -> None:
    _, conversation = await widget(place)
    eino, path = await place.as_("eino"), f"{API}/{conversation}"
    for _ in range(30):
        await sent(eino, path, b"hello", name="a.txt", kind="text/plain")
    full = await send(eino, path, b"hello", name="a.txt", kind="text/plain")
    assert (full.status_code, full.json()["type"]) == (409, "attachment/too-many-waiting")


async def test_nobody_fills_the_storage_message_by_message(place: Place) -> None:
    customer, conversation = await widget(place)
    await allow(place, customer={"total": 2_000}, house={"total": 5_000})
    text = {"name": "a.txt", "kind": "text/plain"}
    for _ in range(2):
        one = await sent(customer, WIDGET, b"a" * 900, **text)
        await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
    full = await send(customer, WIDGET, b"a" * 900, **text)
    assert (full.status_code, full.json()["type"]) == (409, "attachment/conversation-full")
    assert (full.json()["total"], full.json()["left"]) == (2_000, 200)
    # Unannounced, it is stopped on its way; and what is not kept takes no room.
    chunks = await customer.post(
        f"{WIDGET}/attachments",
        params={"name": "a.txt"},
        content=_pieces(),
        headers={"Content-Type": "text/plain"},
    )
    assert chunks.json()["type"] == "attachment/conversation-full"
    # One after the other, however many come at once.
    at_once = await asyncio.gather(*(send(customer, WIDGET, b"a" * 150, **text) for _ in range(4)))
    assert sorted(one.status_code for one in at_once) == [201, 409, 409, 409]
    left = next(one.json()["id"] for one in at_once if one.is_success)
    assert (await customer.delete(f"{WIDGET}/attachments/{left}")).status_code == 204
    assert (await send(customer, WIDGET, b"a" * 200, **text)).status_code == 201
    # The house has a total of its own.
    eino = await place.as_("eino")
    assert (await send(eino, f"{API}/{conversation}", b"a" * 900, **text)).status_code == 201


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(9):
        yield b"a" * 100


async def test_a_bomb_and_a_broken_picture_are_refused_with_the_reason(place: Place) -> None:
    customer, _ = await widget(place)
    customer.headers["Accept-Language"] = "fi"
    for data, problem in ((files.bomb(), "too-many-pixels"), (files.picture()[:50], "damaged")):
        one = await sent(customer, WIDGET, data)
        assert (one["progress"], one["problem"]) == ("refused", problem)
        assert "kuva" in one["reason"].lower()
        answer = await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
        assert answer.json()["type"] == "attachment/refused"


async def test_a_storage_that_is_away_is_said_and_nothing_is_left(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, _ = await widget(place)
    one = await sent(customer, WIDGET, files.PDF, name="a.pdf", kind="application/pdf")
    await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
    (document,) = await known(customer, WIDGET, one["id"])

    async def away(*_: Any) -> None:
        raise StorageError("away")

    monkeypatch.setattr(type(place.parts.files.storage), "put", away)
    monkeypatch.setattr(type(place.parts.files.storage), "size", away)
    answer = await send(customer, WIDGET, files.picture())
    assert (answer.status_code, answer.json()["type"]) == (503, "attachment/storage-unavailable")
    assert (await place.anybody().get(document["links"]["download"])).status_code == 503
    assert len(await stored(place, "SELECT * FROM attachments")) == 1


async def test_a_file_that_is_missing_or_changed_is_named(place: Place, tmp_path: Path) -> None:
    customer, _ = await widget(place)
    one = await sent(customer, WIDGET, files.PDF, name="a.pdf", kind="application/pdf")
    await customer.post(f"{WIDGET}/messages", json={"attachments": [one["id"]]})
    house = place.house.sample.organization_id

    async def said(*, full: bool = True) -> list[str]:
        report = Report()
        looked = await verify_files(place.house.database, place.parts.files.storage, house, report, full=full)
        assert looked == 1
        return [finding.problem.partition(": ")[2] or finding.problem for finding in report.findings]

    assert await said() == []
    (path,) = tmp_path.joinpath("files").rglob("*.whole")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    assert await said(full=False) == []
    assert await said() == ["its bytes are not those that were kept"]
    path.write_bytes(whole + b"x")
    assert await said(full=False) == [f"has {len(whole) + 1} bytes, and {len(whole)} were kept"]
    path.unlink()
    assert await said(full=False) == ["its bytes are missing"]
    path.write_bytes(whole)
    await stored(place, "UPDATE attachments SET digest = 'x'")
    assert len(await said(full=False)) == 1
    assert (await verify(place.house.database)).clean
    await stored(place, "UPDATE public_messages SET attachments = '[]' WHERE attachments <> '[]'")
    assert not (await verify(place.house.database)).clean


async def test_what_no_message_takes_is_swept_after_a_day_with_its_bytes(place: Place) -> None:
    customer, conversation = await widget(place)
    left, taken = [await sent(customer, WIDGET, files.picture()) for _ in range(2)]
    await customer.post(f"{WIDGET}/messages", json={"attachments": [taken["id"]]})
    house, storage = place.house, place.parts.files.storage
    examiner = Examiner(house.database, place.parts.files.examination, storage, house.clock)
    places = [FilePlace(house.sample.organization_id, one["id"]) for one in (left, taken)]
    for hours, there in ((-1, True), (1, False)):
        async with house.database.transaction() as tx:
            await tx.run("attachments.sweep", house.clock.now + timedelta(hours=hours), 100)
        await _remove(place, examiner)
        assert await kept(storage, places[0]) is there
        assert await kept(storage, places[1])
    # A conversation that goes takes its files with it, whoever deletes it.
    await stored(place, "DELETE FROM attachments WHERE conversation_id = $1", conversation)
    await _remove(place, examiner)
    assert not await kept(storage, places[1])
    assert await stored(place, "SELECT * FROM discarded_files") == []


async def _remove(place: Place, examiner: Examiner) -> None:
    """As in a while: nobody writes any more what is to be removed."""
    now = place.house.clock.now
    await stored(place, "UPDATE discarded_files SET at = $1", now)
    await examiner.remove(now + timedelta(hours=1))


async def kept(storage: Storage, where: FilePlace) -> bool:
    try:
        return bool(await all_of(storage.read(where)))
    except MissingError:
        return False


@settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
async def test_whatever_is_sent_under_whatever_name_is_no_fault_of_ours(
    place: Place, data: st.DataObject
) -> None:
    if not hasattr(place, "talk"):
        place.talk = await widget(place)  # type: ignore[attr-defined]
    _, conversation = place.talk  # type: ignore[attr-defined]
    eino = await place.as_("eino")
    begin = data.draw(st.sampled_from([b"", *files.PROGRAMS, files.HTML, files.SVG, files.PDF, files.picture(),
                                       files.picture("GIF"), files.archive(), files.SOUND]))  # fmt: skip
    body = begin[: data.draw(st.integers(0, len(begin)))] + data.draw(st.binary(max_size=50))
    name = data.draw(st.text(max_size=300))
    kind = data.draw(
        st.sampled_from(["", "image/png", "image/gif", "text/plain", "text/html", "a/b", "x" * 300])
    )
    answer = await send(eino, f"{API}/{conversation}", body, name=name, kind=kind)
    assert answer.status_code < 500, answer.text
    if answer.status_code == 201:
        assert "/" not in answer.json()["name"]
        assert (
            await eino.delete(f"{API}/{conversation}/attachments/{answer.json()['id']}")
        ).status_code == 204
