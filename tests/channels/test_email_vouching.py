"""Vouching where the server writes no name: as Exchange Online does it, and as somebody forges it.

The values are in the form in which Microsoft documents them
(https://learn.microsoft.com/defender-office-365/message-headers-eop-mdo, email-authentication-about).
"""

from __future__ import annotations

import pytest

from valvomo.channels.email.reading import read
from valvomo.channels.email.vouching import vouched

TRUSTED = "outlook.com outlook.office365.com"
RESULTS = (
    "Authentication-Results: spf=pass (sender IP is 192.0.2.7)\r\n smtp.mailfrom=example.net; dkim=pass (signature was"
    " verified)\r\n header.d=example.net;dmarc=pass action=none header.from=example.net;compauth=pass\r\n reason=100"
)
WITHIN = (
    (
        "Received: from DB1PR01MB0001.eurprd01.prod.outlook.com (2001:db8:1::1) by\r\n"
        " AM1PR01MB0002.eurprd01.prod.outlook.com with HTTPS; Mon, 2 Mar 2026 09:00:03 +0000"
    ),
    (
        "Received: from AM1PEPF0000001.eurprd01.prod.outlook.com (2001:db8:2::2) by\r\n"
        " AM1P190CA0001.outlook.office365.com (2001:db8:3::3) with Microsoft SMTP Server (version=TLS1_3,\r\n"
        " cipher=TLS_AES_256_GCM_SHA384) id 15.20.1.1 via Frontend Transport; Mon, 2 Mar 2026 09:00:02 +0000"
    ),
)
SPF = "Received-SPF: Pass (protection.outlook.com: domain of example.net designates 192.0.2.7 as permitted sender)"
BORDER = (
    "Received: from mail.example.net (192.0.2.7) by AM1PEPF0000001.mail.protection.outlook.com\r\n"
    " (198.51.100.9) with Microsoft SMTP Server; Mon, 2 Mar 2026 09:00:01 +0000"
)
SENDERS = "Received: from laptop (localhost [127.0.0.1]) by mail.example.net; Mon, 2 Mar 2026 09:00:00 +0000"
EVIL_BORDER = BORDER.replace("mail.example.net", "mail.evil.example").replace("192.0.2.7", "203.0.113.66")
EVIL = (
    RESULTS.replace("example.net", "evil.example")
    .replace("dmarc=pass", "dmarc=none")
    .replace("reason=100", "reason=109")
)
USUAL = [*WITHIN, RESULTS, SPF, BORDER, SENDERS]


def sender(lines: list[str], trusted: str = TRUSTED, header: str = "exchange_online") -> str | None:
    head = [*lines, "From: Aada Niemi <aada@example.net>", "To: help@example.org", "Subject: Paketti"]
    mail = read("\r\n".join([*head, "", "Hei"]).encode())
    assert header in {"named", "exchange_online"}
    return vouched(mail, trusted, "named" if header == "named" else "exchange_online")


def test_exchange_online_vouches_for_a_sender() -> None:
    assert sender(USUAL) == "aada@example.net"
    assert sender([RESULTS, SPF, BORDER]) == "aada@example.net", "also where it came by one host"
    assert sender(USUAL, "OUTLOOK.COM, outlook.office365.com.") == "aada@example.net"
    original = RESULTS.replace("Authentication-Results:", "Authentication-Results-Original:").replace(
        "pass", "fail"
    )
    assert sender([*USUAL, original]) == "aada@example.net"
    below = RESULTS.replace("dmarc=pass", "dmarc=fail")
    assert sender([*USUAL, below]) == "aada@example.net", "what stands below is of an earlier way"


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("dmarc=pass", "dmarc=fail"),
        ("dmarc=pass", "dmarc=bestguesspass"),
        ("dmarc=pass action=none", "dmarc=none action=none"),
        ("dmarc=pass action=none", "dmarc=fail action=oreject"),
        ("dmarc=pass action=none", "dmarc=fail action=pct.reject"),
        ("compauth=pass", "compauth=fail"),
        ("compauth=pass", "compauth=softpass"),
        ("compauth=pass\r\n reason=100", "x=1"),
        ("compauth=pass\r\n reason=100", "compauth=fail reason=000;compauth=pass reason=100"),
        ("header.from=example.net", "header.from=mail.example.net"),
        ("header.from=example.net", "header.from=example.net.evil.example"),
        ("header.d=example.net", "header.d=x;dmarc=pass header.from=example.net;"),
        ("spf=pass (sender IP is 192.0.2.7)", "mx.evil.example; spf=pass"),
    ],
)  # fmt: skip
def test_what_it_has_not_found_is_not_believed(found: str, instead: str) -> None:
    assert found in RESULTS
    said = RESULTS.replace(found, instead)
    assert sender([*WITHIN, said, SPF, BORDER, SENDERS]) is None


@pytest.mark.parametrize(
    "lines",
    [
        # It says itself that the mail is not from whom it says; what was forged stands below.
        [*WITHIN, EVIL, EVIL_BORDER, RESULTS, SPF, BORDER],
        # It has said nothing: the forged one stands below the host at which the mail came in.
        [*WITHIN, EVIL_BORDER, RESULTS, SPF, BORDER],
        [EVIL_BORDER, RESULTS, SPF, BORDER],
        # Somebody else's host has taken it over on its way to us.
        ["Received: from mail.evil.example by mx.example.org; Mon, 2 Mar 2026 09:00:05 +0000", *USUAL],
        ["Received: from mail.evil.example by outlook.com.evil.example; Mon, 2 Mar 2026 09:00:05 +0000", *USUAL],
        # Nobody says that it has come through there.
        [RESULTS],
        [RESULTS, SPF, SENDERS],
        [RESULTS, SPF, BORDER.replace("protection.outlook.com", "protection.outlook.com.evil.example")],
        [RESULTS, SPF, BORDER.replace("mail.protection.outlook.com", "evil.example (by mail.protection.outlook.com)")],
        [RESULTS, SPF, 'Received: "from x by mail.protection.outlook.com"; Mon, 2 Mar 2026 09:00:01 +0000'],
        # Another server has the first word.
        ["Authentication-Results: mx.evil.example; dmarc=pass header.from=example.net", *USUAL],
        [],
        WITHIN[:1],
    ],
)  # fmt: skip
def test_what_somebody_has_forged_is_not_believed(lines: list[str]) -> None:
    assert sender(lines) is None


def test_each_server_is_believed_as_it_is_named() -> None:
    named = RESULTS.replace("spf=pass", "outlook.com; spf=pass", 1)
    assert sender([*WITHIN, named, SPF, BORDER], "outlook.com", "named") == "aada@example.net"
    assert sender([*WITHIN, named, SPF, BORDER], "outlook.com") is None, "it has a name"
    assert sender(USUAL, "outlook.com", "named") is None, "it has none"
    assert sender(USUAL, "") is None
    assert sender(USUAL, " , ") is None
    assert sender(USUAL, "outlook.com") is None, "one of the hosts is in no network that was named"
