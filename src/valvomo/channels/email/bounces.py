"""Bounces: what mail servers say has become of a mail of ours (RFC 3464, RFC 3463)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import HeaderParser

from valvomo.channels.email.decoding import header, message_ids, text_of
from valvomo.channels.email.reading import MOST_PARTS, Mail
from valvomo.channels.email.threads import came_back, is_ours
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_STATES = {"failed": Delivery.FAILED, "delivered": Delivery.DELIVERED}
_PROBLEMS = {
    "1.1": DeliveryProblem.INVALID_ADDRESS, "1.2": DeliveryProblem.INVALID_ADDRESS,
    "1.3": DeliveryProblem.INVALID_ADDRESS, "1.6": DeliveryProblem.INVALID_ADDRESS,
    "1.10": DeliveryProblem.INVALID_ADDRESS, "2.1": DeliveryProblem.UNREACHABLE, "2.2": DeliveryProblem.UNREACHABLE,
    "2.3": DeliveryProblem.TOO_LONG, "3.4": DeliveryProblem.TOO_LONG, "7.1": DeliveryProblem.BLOCKED,
}  # fmt: skip
"""By the last two numbers of a status (RFC 3463 §3)."""
_BY_SUBJECT = {"1": DeliveryProblem.INVALID_ADDRESS, "2": DeliveryProblem.UNREACHABLE, "3": DeliveryProblem.UNREACHABLE,
               "4": DeliveryProblem.UNREACHABLE, "7": DeliveryProblem.REFUSED}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What became of a mail of ours, by its id."""

    message_id: str
    state: Delivery
    problem: DeliveryProblem | None
    detail: str


def bounce_of(mail: Mail, own: Collection[str]) -> Bounce | None:
    """What a report says; None for one that says nothing of a mail of ours, or that it is only late."""
    if mail.message.get_content_type() != "multipart/report":
        return None
    parts = list(_parts(mail.message))
    about = next((one for one in _returned(parts) if is_ours(one, own)), "")
    about = about or next((one for one in mail.refers if is_ours(one, own)), "")
    about = about or came_back(mail.to, own)
    if not about:
        return None
    for fields in _recipients(parts):
        state = _STATES.get(header(fields, "action").lower())
        if state is not None:
            status = header(fields, "status")
            reason = header(fields, "diagnostic-code").partition(";")[2].strip()
            failed = state is Delivery.FAILED
            return Bounce(
                message_id=about,
                state=state,
                problem=problem_of(status or reason) if failed else None,
                detail=f"{status} {reason}".strip()[:200] if failed else "",
            )
    return None


def problem_of(status: str) -> DeliveryProblem:
    """What a status such as 5.1.1 means."""
    found = STATUS.search(status)
    if found is None:
        return DeliveryProblem.OTHER
    return _PROBLEMS.get(f"{int(found[2])}.{int(found[3])}") or _BY_SUBJECT.get(
        found[2], DeliveryProblem.OTHER
    )


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            return
        yield part


def _recipients(parts: list[Message]) -> Iterator[Message]:
    """The fields of each recipient. They are read as messages, and lenient servers write them as text."""
    for part in parts:
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            inner = part.get_payload()
            for one in inner if isinstance(inner, list) else []:
                if isinstance(one, Message) and header(one, "action"):
                    yield one


def _returned(parts: list[Message]) -> Iterator[str]:
    """The ids of what is returned: whole, or its headers alone."""
    for part in parts:
        kind = part.get_content_type()
        inner = part.get_payload()
        if kind in {"message/rfc822", "message/global"} and isinstance(inner, list):
            for one in inner:
                if isinstance(one, Message):
                    yield from message_ids(header(one, "message-id"))
        elif kind in {"text/rfc822-headers", "message/global-headers", "message/rfc822-headers"}:
            raw = part.get_payload(decode=True)
            text = text_of(raw) if isinstance(raw, bytes) else ""
            yield from message_ids(header(HeaderParser(policy=policy.compat32).parsestr(text), "message-id"))
