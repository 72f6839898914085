"""Mailing: whether the house's mail server is there, lets us in, and takes letters from our address."""

from __future__ import annotations

import asyncio

import aiosmtplib

from valvomo.cli.doctor.finding import Finding, broken, not_configured, ok
from valvomo.jobs.mailing import MailServer
from valvomo.settings import Settings

PATIENCE_SECONDS = 20.0
"""For all of it."""


async def examine(settings: Settings) -> Finding:
    """Connect, log in, and name the sender as a letter would; nothing is sent."""
    server = MailServer.of(settings.smtp_url, settings.mail_from)
    if server is None:
        return not_configured("mail", "VALVOMO_SMTP_URL is empty: the house sends no mail")
    place = f"{server.host}:{server.port}"
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), server.client() as client:
            await client.mail(server.sender)
    except aiosmtplib.SMTPAuthenticationError as error:
        cure = "correct user and password in VALVOMO_SMTP_URL"
        return broken("mail", f"{place} does not let us in: {error.code} {error.message}", cure)
    except aiosmtplib.SMTPSenderRefused as error:
        cure = "correct VALVOMO_MAIL_FROM, or let this user send from it"
        return broken(
            "mail", f"{place} takes nothing from {server.sender}: {error.code} {error.message}", cure
        )
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        cure = "correct VALVOMO_SMTP_URL, or start that server; letters wait for it up to two days"
        return broken("mail", f"{place}: {str(error) or type(error).__name__}", cure)
    return ok("mail", f"{place} takes letters from {server.sender}")
