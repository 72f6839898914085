"""A house with browsers, and a SIP telephone as its provider."""

from __future__ import annotations

import asyncio

from sample_office import Office
from sample_sip import HERE, Telephone, free_port

PATIENCE = 480.0


async def trunk_of(office: Office, phone: Telephone) -> int:
    """An account at which the telephone is the provider; our port, once it stands."""
    admin, port = await office.caller("admin"), free_port()
    account = {
        "provider": "sip", "name": "Trunk", "workstream_id": office.sample.workstreams["Voice calls"], "begins": True,
        "settings": {
            "server": HERE, "port": phone.port, "registers": False, "local_address": HERE, "local_port": port,
            "media_ports": "34000-34999", "country": "FI",
        },
        "secrets": {"password": ""},
    }  # fmt: skip
    made = await admin.do("POST", "/channel-accounts", account)
    async with asyncio.timeout(PATIENCE):
        while True:
            accounts = (await admin.get("/channel-accounts"))["items"]
            found = next(one for one in accounts if one["id"] == made["id"])
            if found["seen"] and found["seen"]["well"]:
                return port
            await asyncio.sleep(0.2)
