"""The console's session is found among whatever else a browser sends for this address."""

import pytest

from valvomo.edge.http.authentication import session_token


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        ("valvomo_session=Ab-9_", "Ab-9_"),
        ("a=b; valvomo_session=Ab-9_; c=d", "Ab-9_"),
        ("a=b;valvomo_session=Ab-9_;c=d", "Ab-9_"),
        ('other="x; y"; bad name=1; valvomo_session=Ab-9_', "Ab-9_"),
        ("valvomo_session=", ""),
        ("my_valvomo_session=Ab-9_", ""),
        ("valvomo_session_old=Ab-9_", ""),
        ('valvomo_session="Ab', ""),
        ("valvomo_session=Ab 9", ""),
        ("", ""),
    ],
)
def test_the_session_among_other_cookies(cookie: str, token: str) -> None:
    assert session_token([(b"cookie", cookie.encode())]) == token
    assert session_token([]) == ""
