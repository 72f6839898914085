"""The console's cookie: out of reach of scripts and of other sites."""

from __future__ import annotations

from litestar.datastructures import Cookie

from valvomo.edge.http.authentication import COOKIE
from valvomo.edge.parts import Parts


def session_cookie(token: str, parts: Parts) -> Cookie:
    """The cookie that signs in, for as long as the session lasts."""
    return Cookie(
        key=COOKIE,
        value=token,
        path="/",
        httponly=True,
        samesite="strict",
        secure=parts.secure,
        max_age=parts.session_hours * 3600,
    )


def cleared_cookie(parts: Parts) -> Cookie:
    """The cookie that signs out."""
    return Cookie(
        key=COOKIE, value="", path="/", httponly=True, samesite="strict", secure=parts.secure, max_age=0
    )
