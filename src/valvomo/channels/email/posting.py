"""Posting: a mail that is written is given to the mail server that sends for us (RFC 5321)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib

from valvomo.channels.email.bounces import problem_of
from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.mailbox import guarded
from valvomo.channels.email.oauth import Tokens, oauthbearer
from valvomo.channels.email.writing import Written
from valvomo.channels.port import Account, Http, RejectedError, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem

PATIENCE_SECONDS = 20.0
"""For each answer of the server."""
REFUSED = 400
"""What is below that, and no success, is no answer that the protocol knows."""
REFUSED_FOR_GOOD = 500
"""Answers from here on say that it will not take the mail later either."""
_LOGIN_REFUSED = frozenset({530, 534, 535, 538})
"""Answers to a login that is wrong, or must not be made so (RFC 4954 §6)."""


async def post(account: Account, mail: Written, http: Http, tokens: Tokens) -> None:
    """Raises `RejectedError` for what is refused, `UnavailableError` for what may be taken later."""
    async with _connected(account, http, tokens) as server:
        try:
            await server.mail(mail.sender)
            await server.rcpt(mail.recipient)
        except aiosmtplib.SMTPResponseException as error:
            raise _meaning(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UnavailableError(_said(error)) from error
        try:
            await server.data(mail.content)
        except aiosmtplib.SMTPResponseException as error:
            raise _meaning(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # It may have been taken, and its answer lost.
            raise UnavailableError(_said(error), lost=True) from error


async def look(account: Account, http: Http, tokens: Tokens) -> None:
    """Connect and log in, and send nothing. Raises as `post`."""
    async with _connected(account, http, tokens) as server:
        try:
            await server.noop()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UnavailableError(_said(error)) from error


@asynccontextmanager
async def _connected(account: Account, http: Http, tokens: Tokens) -> AsyncIterator[aiosmtplib.SMTP]:
    settings: EmailSettings = account.settings
    sock = await http.connect(settings.smtp_host, settings.smtp_port)
    context = guarded(sock, settings.smtp_security)
    server = aiosmtplib.SMTP(
        hostname=settings.smtp_host, sock=sock, timeout=PATIENCE_SECONDS, use_tls=settings.smtp_security == "tls",
        start_tls=False, tls_context=context,
    )  # fmt: skip
    try:
        try:
            await server.connect()
            if settings.smtp_security == "starttls":
                await server.starttls(tls_context=context, server_hostname=settings.smtp_host)
            await _log_in(server, account, http, tokens)
        except aiosmtplib.SMTPResponseException as error:
            detail = f"SMTP: {error.code} {error.message}"[:200]
            if error.code in _LOGIN_REFUSED:
                raise RejectedError(DeliveryProblem.ACCOUNT, detail) from error
            raise UnavailableError(detail) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise UnavailableError(f"SMTP: {_said(error)}") from error
        yield server
    finally:
        server.close()


async def _log_in(server: aiosmtplib.SMTP, account: Account, http: Http, tokens: Tokens) -> None:
    settings: EmailSettings = account.settings
    if server.is_ehlo_or_helo_needed:
        await server.ehlo()
    user = settings.login_name
    if settings.login == "password":
        if server.supports_extension("auth") or settings.smtp_security != "none":
            await server.login(user, account.secrets.password)
        return
    token = await tokens.access(account, http)
    try:
        if "xoauth2" in server.supported_auth_methods or "oauthbearer" not in server.supported_auth_methods:
            await server.auth_xoauth2(user, token)
        else:
            await _bearer(server, user, token)
    except aiosmtplib.SMTPResponseException:
        tokens.forget(account)
        raise


async def _bearer(server: aiosmtplib.SMTP, user: str, token: str) -> None:
    said = base64.b64encode(oauthbearer(user, token))
    answer = await server.execute_command(b"AUTH", b"OAUTHBEARER", said)
    if answer.code != aiosmtplib.SMTPStatus.auth_successful:
        raise aiosmtplib.SMTPAuthenticationError(answer.code, answer.message)


def _meaning(error: aiosmtplib.SMTPResponseException) -> RejectedError | UnavailableError:
    detail = f"{error.code} {error.message}"[:200]
    if error.code < REFUSED_FOR_GOOD:
        return UnavailableError(detail, lost=error.code < REFUSED)
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return RejectedError(DeliveryProblem.ACCOUNT, detail)
    problem = problem_of(error.message)
    if problem is DeliveryProblem.OTHER:
        refused = isinstance(error, aiosmtplib.SMTPRecipientRefused)
        problem = DeliveryProblem.INVALID_ADDRESS if refused else DeliveryProblem.REFUSED
    return RejectedError(problem, detail)


def _said(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
