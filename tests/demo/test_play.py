"""What the demo refuses and says, and what `simulate` makes of its options."""

import io
import re

import pytest
from rich.console import Console

from valvomo.demo import play
from valvomo.demo.invitation import BadInvitationError, agents_of, plan
from valvomo.demo.organization import AGENTS, PASSWORD, PEOPLE


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.4.5", "::1", "[::1]", "localhost"])
def test_loopback_is_fine(host: str) -> None:
    assert play.host_refusal(host, known_public=False) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "demo.example", ""])  # noqa: S104
def test_elsewhere_only_knowingly(host: str) -> None:
    refusal = play.host_refusal(host, known_public=False)
    assert refusal is not None
    assert play.SWITCH in refusal
    assert play.host_refusal(host, known_public=True) is None


@pytest.mark.parametrize("speed", [0.0, -1.0, 101.0, float("nan")])
def test_impossible_speeds(speed: float) -> None:
    assert play.speed_refusal(speed) is not None


def test_everybody_is_named_with_the_password() -> None:
    out = io.StringIO()
    play.welcome(Console(file=out, width=100), "http://127.0.0.1:8300", played=True)
    text = out.getvalue()
    assert all(f"{name}@demo.example" in text for name in [*PEOPLE, "admin"])
    assert PASSWORD in text
    assert "http://127.0.0.1:8300/widget/demo" in text
    assert len(re.findall("free for you", text)) == len(play.VISITORS)


def test_somebody_is_left_for_the_visitor() -> None:
    assert set(play.PLAYED) < set(AGENTS)
    assert {"lumi@demo.example", "toivo@demo.example"} == set(AGENTS) - set(play.PLAYED)
    assert {queue for email in play.PLAYED for queue in PEOPLE[email.split("@")[0]].queues} >= {
        "Support",
        "Billing",
        "Sales",
        "Cases",
    }


def test_agents_by_pattern() -> None:
    assert agents_of(["agent{}@load.example"], 3) == tuple(f"agent{n}@load.example" for n in (1, 2, 3))
    assert agents_of(AGENTS, 2) == AGENTS[:2]
    with pytest.raises(BadInvitationError, match="as many sign-ins"):
        agents_of(AGENTS, 20)


@pytest.mark.parametrize(
    ("url", "customers", "rate"),
    [
        ("127.0.0.1:8300", 1, 1.0),
        ("http://", 1, 1.0),
        ("http://x", -1, 1.0),
        ("http://x", 9999, 1.0),
        ("http://x", 1, 0.0),
    ],
)
def test_options_that_cannot_be_meant(url: str, customers: int, rate: float) -> None:
    with pytest.raises(BadInvitationError):
        plan(url, customers=customers, rate=rate, agents=(), keys=(), seed=0)
