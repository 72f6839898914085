"""Whom a house believes when somebody signs in by a provider, and whose account that opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.provider import (
    Fault,
    Identity,
    Link,
    Provider,
    account_fault,
    address_problem,
    domain_problem,
    is_linked,
    link_fault,
    own_path,
    password_closed,
    stranger_fault,
    vouched,
)

PROVIDER = Provider(issuer="https://id.example", client_id="valvomo", label="Example")
SAARA = Identity(subject="s1", email="saara@demo.example", verified=True)
MINE = Link(issuer="https://id.example", client_id="valvomo", subject="s1")


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://id.example", True),
        ("https://id.example/", True),
        ("https://id.example:8443/realms/house", True),
        ("https://[2001:db8::1]/x", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost/realms/house", True),
        ("http://[::1]:8080", True),
        ("http://id.example", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost@id.example", False),
        ("https://user:password@id.example", False),
        ("https://id.example?x=1", False),
        ("https://id.example/#x", False),
        ("https://id.example/a\\b", False),
        ("https://id.example:0", False),
        ("https://id.example:65536", False),
        ("https://", False),
        ("id.example", False),
        ("ftp://id.example", False),
        ("https://id.example/ x", False),
        ("https://id.example\n", False),
        ("https://ïd.example", False),
        ("", False),
    ],
)
def test_a_provider_is_reached_by_tls_alone_unless_it_is_on_this_machine(url: str, *, fine: bool) -> None:
    assert (address_problem(url) is None) is fine


def test_an_endpoint_may_have_a_query_and_no_fragment() -> None:
    assert address_problem("https://id.example/authorize?p=policy", query=True) is None
    assert address_problem("https://id.example/authorize#p", query=True)


@pytest.mark.parametrize(
    ("domain", "fine"),
    [("demo.example", True), ("a-b.co.uk", True), ("demo", False), ("@demo.example", False), ("*.example", False),
     ("demo..example", False), ("Demo.example", False), (f"{'a' * 250}.example", False)],
)  # fmt: skip
def test_domains(domain: str, *, fine: bool) -> None:
    assert (domain_problem(domain) is None) is fine


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/floor", "/floor"),
        ("/closed?q=a%20b&x=1#top", "/closed?q=a%20b&x=1#top"),
        ("/", "/"),
        ("", "/"),
        ("floor", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/floor\\..\\evil", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/floor\r\nset-cookie: a=b", "/"),
        ("/\x00", "/"),
        ("/sign-in?next=/floor", "/"),
        ("/api/v1/session/oidc", "/"),
        ("/" + "a" * 1_000, "/"),
    ],
)
def test_only_our_own_pages_are_led_to(wanted: str, path: str) -> None:
    assert own_path(wanted) == path


@pytest.mark.parametrize(
    ("roles", "required", "closed"),
    [
        ({UserRole.AGENT}, False, False),
        ({UserRole.AGENT}, True, True),
        ({UserRole.SUPERVISOR, UserRole.AUDITOR}, True, True),
        ({UserRole.ADMINISTRATOR}, True, False),
        ({UserRole.ADMINISTRATOR, UserRole.AGENT}, True, False),
    ],
)
def test_passwords_of_administrators_always_open(
    roles: set[UserRole], *, required: bool, closed: bool
) -> None:
    assert password_closed(roles, required=required) is closed


@pytest.mark.parametrize(
    ("values", "factors", "believed"),
    [((), ("mfa",), False), (("mfa",), (), False), (("mfa",), ("pwd", "mfa"), True), (("mfa",), ("pwd",), False),
     (("urn:gold", "mfa"), ("urn:gold",), True), (("mfa",), ("MFA",), False)],
)  # fmt: skip
def test_a_second_factor_is_believed_in_the_words_of_the_house(
    values: tuple[str, ...], factors: tuple[str, ...], *, believed: bool
) -> None:
    provider, identity = replace(PROVIDER, factor_values=values), replace(SAARA, factors=factors)
    assert vouched(provider, identity) is believed


@pytest.mark.parametrize(
    ("domains", "email", "verified", "fault"),
    [
        ((), "", False, None),
        (("demo.example",), "saara@demo.example", True, None),
        (("demo.example",), "Saara@DEMO.example", True, None),
        (("demo.example",), "saara@demo.example", False, Fault.UNVERIFIED),
        (("demo.example",), "saara@other.example", True, Fault.OTHER_DOMAIN),
        (("demo.example",), "saara@sub.demo.example", True, Fault.OTHER_DOMAIN),
        (("demo.example",), "saara@demo.example@other.example", True, Fault.OTHER_DOMAIN),
    ],
)
def test_only_people_of_the_domains(
    domains: tuple[str, ...], email: str, fault: Fault | None, *, verified: bool
) -> None:
    identity = replace(SAARA, email=email, verified=verified)
    assert stranger_fault(replace(PROVIDER, domains=domains), identity) is fault


@pytest.mark.parametrize(
    ("link", "linked"),
    [
        (None, False),
        (MINE, True),
        (replace(MINE, client_id="another"), True),
        (replace(MINE, subject="s2"), False),
        (replace(MINE, issuer="https://other.example"), False),
    ],
)
def test_who_somebody_is_are_issuer_and_subject(link: Link | None, *, linked: bool) -> None:
    assert is_linked(PROVIDER, SAARA, link) is linked


@pytest.mark.parametrize(
    ("identity", "link", "fault"),
    [
        (SAARA, None, None),
        (replace(SAARA, email="SAARA@demo.example"), None, None),
        (replace(SAARA, verified=False), None, Fault.UNVERIFIED),
        (replace(SAARA, email=""), None, Fault.UNVERIFIED),
        (replace(SAARA, email="eino@demo.example"), None, Fault.UNKNOWN),
        (SAARA, replace(MINE, subject="s2"), Fault.LINKED_OTHERWISE),
        (SAARA, replace(MINE, subject="s2", client_id="former"), None),
        (SAARA, replace(MINE, subject="s2", issuer="https://former.example"), None),
    ],
)
def test_an_account_is_linked_by_a_proved_address_and_not_taken_from_anybody(
    identity: Identity, link: Link | None, fault: Fault | None
) -> None:
    assert link_fault(PROVIDER, identity, "saara@demo.example", link) is fault


@pytest.mark.parametrize(
    ("roles", "disabled", "locked", "fault"),
    [
        ({UserRole.AGENT}, False, False, None),
        ({UserRole.ADMINISTRATOR}, True, True, Fault.DISABLED),
        ({UserRole.AGENT}, False, True, Fault.LOCKED),
        ({UserRole.INTEGRATION}, False, False, Fault.UNKNOWN),
    ],
)
def test_accounts_that_are_not_opened(
    roles: set[UserRole], fault: Fault | None, *, disabled: bool, locked: bool
) -> None:
    assert account_fault(roles, disabled=disabled, locked=locked) is fault
