"""What Twilio is told to do with a call (https://www.twilio.com/docs/voice/twiml)."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from valvomo.trunks.port import Refused

_REASONS = {Refused.BUSY: "busy", Refused.CLOSED: "busy", Refused.DECLINED: "rejected"}
"""Who is `rejected` hears that the number is not in service, which a house that is closed is not."""


def connected(url: str, anew: str) -> str:
    """Bring the sound of the call to this socket, both ways.

    When that is over and the call is not, it asks `anew` what to do: an end of who is on the telephone ends the call.
    """
    again = f'<Redirect method="POST">{escape(anew)}</Redirect>'
    return f"<Response><Connect><Stream url={quoteattr(url)}/></Connect>{again}</Response>"


def rejected(why: Refused) -> str:
    """Do not answer the call; that costs nothing."""
    return f'<Response><Reject reason="{_REASONS[why]}"/></Response>'


def forwarded(to: str, caller: str) -> str:
    """Connect the call with another number, which sees the account's own."""
    return f"<Response><Dial callerId={quoteattr(caller)}><Number>{escape(to)}</Number></Dial></Response>"


NOTHING = "<Response></Response>"
"""A call of which nothing more is wanted ends."""
