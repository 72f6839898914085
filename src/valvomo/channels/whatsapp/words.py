"""What customers send, in words: whatever it is, nothing of it vanishes, and nothing is made up.

What is no text is named by its kind in brackets, in the provider's own word for it. Media are named by kind and name,
with their caption, where they cannot be asked for; else their caption is all there is to say (`files.py`).
"""

from __future__ import annotations

from valvomo.channels.whatsapp.forms import Interactive, Location, Media, Message, Order, Shared

MEDIA = ("image", "video", "audio", "document", "sticker")
MOST_SHARED, LONGEST_WORD = 20, 300


def words_of(message: Message) -> str:
    """The text of a message, which is empty for nothing but files."""
    media = media_of(message)
    if media is not None and media.id:
        return media.caption
    return _said(message) or f"[{message.type[:LONGEST_WORD] or 'unknown'}{_why(message)}]"


def media_of(message: Message) -> Media | None:
    """What a message brings along, if anything."""
    return getattr(message, message.type, None) if message.type in MEDIA else None


def _said(message: Message) -> str:
    media = media_of(message)
    if media is not None:
        return _brought(message.type, media)
    if message.contacts:
        return "\n".join(_shared(one) for one in message.contacts[:MOST_SHARED])
    one = message
    return (
        (one.text.body if one.text else "")
        or (one.button.text if one.button else "")
        or (_chosen(one.interactive) if one.interactive else "")
        or (_place(one.location) if one.location else "")
        or (_ordered(one.order) if one.order else "")
        or (f"[system] {one.system.body}" if one.system else "")
        or (_sign(one.reaction.emoji) if one.reaction else "")
    )


def _brought(kind: str, media: Media) -> str:
    kind = "voice" if media.voice else kind
    named = f"[{kind}: {media.filename[:LONGEST_WORD]}]" if media.filename else f"[{kind}]"
    return f"{named} {media.caption}".strip()


def _sign(emoji: str) -> str:
    return f"[reaction] {emoji}" if emoji else "[reaction removed]"


def _chosen(interactive: Interactive) -> str:
    one = interactive.button_reply or interactive.list_reply
    if one is not None:
        return " – ".join(part for part in (one.title, one.description) if part)
    form = interactive.nfm_reply
    return f"[form] {form.body} {form.response_json}".strip() if form else ""


def _place(place: Location) -> str:
    at = f"{place.latitude}, {place.longitude}" if place.latitude is not None else ""
    parts = [part for part in (place.name, place.address, at, place.url) if part]
    return f"[location] {', '.join(parts)}" if parts else ""


def _shared(one: Shared) -> str:
    lines = [line.phone or line.email for line in (*one.phones, *one.emails)[:MOST_SHARED]]
    parts = [part for part in (one.name.formatted_name, *lines) if part]
    return f"[contact] {', '.join(parts)}".strip()


def _ordered(order: Order) -> str:
    items = [f"{one.quantity} × {one.product_retailer_id}" for one in order.product_items[:MOST_SHARED]]
    return f"[order] {', '.join(items)} {order.text}".strip()


def _why(message: Message) -> str:
    title = message.errors[0].title if message.errors else ""
    return f": {title[:LONGEST_WORD]}" if title else ""
