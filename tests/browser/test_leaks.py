"""Whispers and notes reach nobody outside: no frame, no answer, no letter, no transcript, no token."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from playwright.async_api import Page, Response
from sample_office import Caller, Office
from sample_patience import until
from sample_screens import Chat, Desk, Floor, said

from valvomo.db.database import Database

CUSTOMER = "Ada Lovelace"
NO_BODY = frozenset({204, 304})


class Post:
    """A receiver of letters in this process."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.address = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one letter."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        self.letters.append(head + (await reader.readexactly(length)).decode())
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest_asyncio.fixture(loop_scope="session")
async def post() -> AsyncIterator[Post]:
    """A webhook's receiver."""
    box = Post()
    async with await asyncio.start_server(box.answer, "127.0.0.1", 0) as server:
        box.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/letters"
        yield box


class Wire:
    """Everything that a browser is sent: every frame, every header, every body."""

    def __init__(self, page: Page) -> None:
        self.frames: list[str] = []
        self.answers: list[Response] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._frame))
        page.on("response", self._answer)

    def _frame(self, frame: str | bytes) -> None:
        self.frames.append(said(frame))

    def _answer(self, answer: Response) -> None:
        self.answers.append(answer)

    async def heard(self) -> str:
        """All of it."""
        bodies = [await answer.body() for answer in self.answers if answer.status not in NO_BODY]
        headers = [str(await answer.all_headers()) for answer in self.answers]
        return "\n".join([*self.frames, *headers, *(one.decode("utf-8", "replace") for one in bodies)])


async def test_nothing_internal_leaves_the_house(
    office: Office, post: Post, database: Database, tmp_path: Path
) -> None:
    whispers = [f"canary-{secrets.token_hex(6)}" for _ in range(6)]
    made = await (await office.caller("admin")).do("POST", "/webhooks", {"url": post.address})
    webhook = made["webhook"]["id"]
    robot = await office.token()
    chat = Chat(await office.page())
    wire = Wire(chat.page)
    await chat.page.goto(f"/widget/demo?key={office.key()}&lang=en")
    desk, floor = await asyncio.gather(Desk.open(office), Floor.open(office))

    await chat.start(CUSTOMER)
    await desk.accept(CUSTOMER)
    conversation = desk.page.url.rpartition("/")[2]
    await chat.say("Where is my parcel?")
    await floor.act(CUSTOMER, "Monitor").click()
    await floor.pane.reads("Where is my parcel?")
    await floor.pane.write(f"Refund it {whispers[0]}", "Whisper")
    await desk.talk.reads(whispers[0])
    await desk.talk.write(f"Third complaint {whispers[1]}", "Internal note")
    await floor.pane.button("Join").click()
    await chat.reads("A supervisor, Saara Virtanen, joined the conversation.")
    await floor.pane.write(f"Be kind {whispers[2]}", "Whisper")
    await floor.pane.write(f"Known to us {whispers[3]}", "Internal note")
    await floor.pane.write("We refund it.", "Everyone")
    await chat.reads("We refund it.")
    await floor.pane.button("Leave").click()
    target = {
        "agent": office.sample.people["onni"],
        "note": f"Angry {whispers[4]}",
        "override_presence": True,
    }
    await (await office.caller("saara")).do("POST", f"/conversations/{conversation}/transfer", target)
    await (await office.caller("onni")).do("POST", f"/conversations/{conversation}/offer/accept")
    await chat.reads("Onni Laine joined the conversation.")
    body = {"text": f"Over to me {whispers[5]}", "visibility": "internal"}
    await (await office.caller("onni")).do("POST", f"/conversations/{conversation}/messages", body)
    await (await office.caller("onni")).do(
        "POST", f"/conversations/{conversation}/messages", {"text": "Good bye"}
    )
    await chat.reads("Good bye")
    before = await wire.heard()
    wire.answers.clear()
    await chat.page.reload()
    await chat.reads("We refund it.")
    saved = await _saved(chat, tmp_path)
    await _all_delivered(post, await office.caller("admin"), webhook)

    found = {
        "browser": before + await wire.heard(),
        "transcript": saved,
        "widget": await _by_the_customers_token(office, chat),
        "token": await _by_the_integrations_token(robot, conversation),
        "letters": "\n".join(post.letters),
        "outbox": await _outbox(database, office, webhook),
    }
    assert "We refund it." in found["browser"]
    assert "We refund it." in found["transcript"]
    assert "We refund it." in found["widget"]
    assert "message.posted" in found["letters"]
    leaks = [(place, canary) for place, text in found.items() for canary in whispers if canary in text]
    assert leaks == []
    assert "Saara Virtanen" not in "".join(one for one in wire.frames if "monitor" in one.lower())


async def _saved(chat: Chat, folder: Path) -> str:
    """The transcript that the customer downloads."""
    await chat.panel.get_by_role("button", name="More").click()
    async with chat.page.expect_download() as waiting:
        await chat.panel.get_by_role("button", name="Download transcript").click()
    path = folder / "transcript.txt"
    await (await waiting.value).save_as(path)
    return path.read_text(encoding="utf-8")


async def _by_the_customers_token(office: Office, chat: Chat) -> str:
    """All that the customer's interface answers."""
    stored = await chat.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    token = next(word for word in stored.replace("\\", "").split('"') if word.startswith("vc_"))
    answers = []
    async with httpx.AsyncClient(base_url=office.address, timeout=120, trust_env=False) as http:
        for path in ("messages?after=0", "conversation", "transcript"):
            answer = await http.get(f"/widget/v1/{path}", headers={"Authorization": f"Bearer {token}"})
            assert answer.is_success, answer.text
            answers.append(answer.text)
    return "\n".join(answers)


async def _by_the_integrations_token(robot: Caller, conversation: str) -> str:
    """All that an integration can read of it."""
    one = f"/conversations/{conversation}"
    paths = ("/conversations", one, f"{one}/messages?after=0", f"{one}/timeline", "/agents", "/audit")
    return "\n".join([(await robot.ask("GET", path)).text for path in paths])


async def _all_delivered(post: Post, admin: Caller, webhook: str) -> None:
    """Every letter has come."""
    letters: list[dict[str, object]] = []

    async def arrived() -> bool:
        letters[:] = (await admin.get(f"/webhooks/{webhook}/deliveries"))["items"]
        return all(one["delivered_at"] for one in letters)

    await until(arrived)
    assert len(post.letters) >= len(letters) > 0


async def _outbox(database: Database, office: Office, webhook: str) -> str:
    """Everything that stands or stood in the outbox, as text."""
    async with database.reading() as tx:
        rows = await tx.rows("outbox.log", office.sample.organization_id, webhook, 1000, None, None)
    return "\n".join(str(dict(row)) for row in rows)
