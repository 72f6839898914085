"""Problem documents: how a refusal is said over HTTP (RFC 9457, spec 1 §7)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.texts.catalogue import in_words, text

MEDIA_TYPE = "application/problem+json"

_STANDARD_MEMBERS = frozenset({"type", "title", "status", "detail", "instance"})

NOT_NOW = 409
"""What a refusal is unless said otherwise below: the state of things, which may change, stands against it."""

STATUSES: Mapping[int, frozenset[Reason]] = {
    401: frozenset(
        {
            Reason.NOT_SIGNED_IN,
            Reason.EXPIRED,
            Reason.WRONG_CREDENTIALS,
            Reason.CODE_NEEDED,
            Reason.WRONG_CODE,
        }
    ),
    # No waiting helps: who asks, how the house is configured, or the customer's own decision forbids it.
    403: frozenset(
        {
            Reason.INTEGRATION_ACCOUNT,
            Reason.BOT_ACCOUNT,
            Reason.ROLE_NEEDED,
            Reason.SWITCHED_OFF,
            Reason.NARROWED_FOR_YOU,
            Reason.NARROWED_FOR_QUEUE,
            Reason.NOT_MEMBER,
            Reason.CONSENT_REFUSED,
            Reason.FOREIGN_ORIGIN,
            Reason.CHANNEL_UNVERIFIED,
            Reason.ATTACHMENTS_OFF,
            Reason.IDENTITY_INVALID,
            Reason.IDENTITY_NEEDED,
            Reason.SECOND_FACTOR_NEEDED,
            Reason.PROVIDER_NEEDED,
            Reason.AGENT_FIGURES_OFF,
            Reason.BEGIN_OFF,
            Reason.CALLS_OFF,
        }
    ),
    404: frozenset({Reason.NOT_FOUND}),
    405: frozenset({Reason.METHOD_NOT_ALLOWED}),
    413: frozenset({Reason.TOO_LARGE, Reason.ATTACHMENT_TOO_LARGE}),
    # An unknown target is named in the body: the address itself was found.
    422: frozenset(
        {
            Reason.MALFORMED,
            Reason.UNKNOWN_TARGET,
            Reason.UNKNOWN_DISPOSITION,
            Reason.KEY_REUSED,
            Reason.CONSENT_NEEDED,
            Reason.NO_RECORD,
            Reason.NO_WIDGET,
            Reason.RECORD_UNFIT,
            Reason.UNKNOWN_STATUS,
            Reason.LINK_TO_ITSELF,
            Reason.FILE_UNREADABLE,
            Reason.SAME_CONTACT,
            Reason.ATTACHMENTS_TOO_MANY,
            Reason.ATTACHMENT_KIND,
            Reason.ATTACHMENT_PROGRAM,
            Reason.ATTACHMENT_MISMATCH,
            Reason.ATTACHMENT_EMPTY,
            Reason.ATTACHMENTS_NOT_BY_CHANNEL,
            Reason.ATTACHMENT_NOT_BY_CHANNEL,
            Reason.ATTACHMENT_UNKNOWN,
            Reason.ATTACHMENT_REFUSED,
            Reason.MEDIA_FOR_GOOD,
        }
    ),
    429: frozenset({Reason.RATE_LIMITED, Reason.LOCKED_OUT}),
    500: frozenset({Reason.INTERNAL}),
    503: frozenset(
        {
            Reason.BUSY,
            Reason.REDACTION_UNAVAILABLE,
            Reason.CHANNEL_UNAVAILABLE,
            Reason.WITHOUT_KEY,
            Reason.KEY_UNREADABLE,
            Reason.STORAGE_UNAVAILABLE,
        }
    ),
}

_STATUS_OF: Mapping[Reason, int] = {
    reason: status for status, reasons in STATUSES.items() for reason in reasons
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document. `type` is the reason's stable code, `facts` are its extension members."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    facts: Mapping[str, object] = msgspec.field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """The JSON object: facts stand beside the standard members and never in place of one."""
        standard: dict[str, object] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.instance is not None:
            standard["instance"] = self.instance
        extensions = {name: value for name, value in self.facts.items() if name not in _STANDARD_MEMBERS}
        return {**standard, **extensions}


def status_of(reason: Reason) -> int:
    """The HTTP status of a refusal (spec 1 §7)."""
    return _STATUS_OF.get(reason, NOT_NOW)


def problem_of(refusal: Refusal, language: str, instance: str | None = None) -> Problem:
    """The refusal in the caller's language. Codes are words in the sentences and stay codes in the facts."""
    words = in_words(language, refusal.facts)
    reason = refusal.reason
    return Problem(
        type=reason.value,
        title=text(language, ("problem", reason.value, "title"), words),
        status=status_of(reason),
        detail=text(language, ("problem", reason.value, "detail"), words),
        instance=instance,
        facts=refusal.facts,
    )
