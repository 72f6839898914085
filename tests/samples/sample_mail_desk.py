"""An office with a mailbox: what comes into it lies at its desks."""

from __future__ import annotations

from sample_mailbox import ImapServer
from sample_office import Office


async def workstream(office: Office) -> str:
    body = {"name": "Mail", "channel": "email", "queue": office.sample.queues["Support"]}
    admin = await office.caller("admin")
    made = await admin.do("POST", "/workstreams", body)
    house = {"allowed": True, "kinds": ["document"], "largest": 40 << 20}
    await admin.do("PATCH", f"/workstreams/{made['id']}", {"attachments": {"house": house}})
    return str(made["id"])


async def account(office: Office, imap: ImapServer, port: int) -> None:
    given = {
        "address": "help@example.org", "name": "Example Oy", "imap_host": "127.0.0.1", "imap_port": imap.port,
        "imap_security": "none", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none",
    }  # fmt: skip
    body = {
        "provider": "email",
        "name": "Our mail",
        "workstream_id": await workstream(office),
        "settings": given,
    }
    await (await office.caller("admin")).do(
        "POST", "/channel-accounts", {**body, "secrets": {"password": "hunter2"}}
    )
    await imap.until("IDLE")
