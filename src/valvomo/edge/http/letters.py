"""The letters that leave the house, as OpenAPI 3.1 describes them: what a receiver gets, and what it answers."""

from __future__ import annotations

from typing import Any

import msgspec

from valvomo.protocol.letters import BOT_LETTER_KINDS, LETTER_KINDS, LetterKind

Document = dict[str, Any]

_HEADERS = {
    "webhook-id": "The letter's own id, the same each time that it is sent.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and the HMAC-SHA256 of id, timestamp and body, for each secret that is valid.",
}


def letters(schemas: Document) -> Document:
    """Every kind by name; the forms of what they say are added to the schemas."""
    kinds = {**LETTER_KINDS, **BOT_LETTER_KINDS}
    forms, parts = msgspec.json.schema_components(
        [one.form for one in kinds.values()], ref_template="#/components/schemas/{name}"
    )
    schemas.update(parts)
    return {
        kind: {"post": _operation(kind, found, form)}
        for (kind, found), form in zip(kinds.items(), forms, strict=True)
    }


def _operation(kind: str, found: LetterKind, form: Document) -> Document:
    return {
        "operationId": "letter_" + kind.replace(".", "_"),
        "summary": found.meaning,
        "description": f"{found.meaning} Signed as Standard Webhooks say; answer with 2xx once you have it.",
        "tags": ["bot" if kind in BOT_LETTER_KINDS else "webhooks"],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": said,
                "schema": {"type": "string"},
            }
            for name, said in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "type": {"const": kind},
                            "timestamp": {"type": "string", "format": "date-time"},
                            "data": form,
                        },
                        "required": ["type", "timestamp", "data"],
                    }
                }
            },
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Never again: this letter is given up."},
            "default": {"description": "Not taken; it comes again, later each time."},
        },
    }
