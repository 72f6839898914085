"""Erlang's formulas: against tables, against each other, and against the chain that they solve."""

import math

import pytest

from valvomo.domain.whatif.erlang import erlang_a, erlang_b, erlang_c

HANDLE = 180.0


def chain(agents: int, arrivals: float, patience: float) -> tuple[float, float]:
    """The M/M/n+M chain solved state by state: the probability of a delay, and of leaving."""
    weights = [0.0]
    for inside in range(1, agents + 3000):
        leaving = min(inside, agents) / HANDLE + max(0, inside - agents) / patience
        weights.append(weights[-1] + math.log(arrivals) - math.log(leaving))
    most = max(weights)
    shares = [math.exp(one - most) for one in weights]
    waiting = sum(max(0, inside - agents) * share for inside, share in enumerate(shares)) / sum(shares)
    return sum(shares[agents:]) / sum(shares), waiting / patience / arrivals


@pytest.mark.parametrize(
    ("agents", "load", "blocked", "delayed"),
    # B as tables of Erlang B print it; `C = n B / (n - a (1 - B))`.
    [(1, 0.5, 1 / 3, 0.5), (5, 3, 0.11005, 0.23615), (10, 9, 0.16796, 0.66873), (100, 80, 0.00399, 0.01965)],
)
def test_against_tables(agents: int, load: float, blocked: float, delayed: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(blocked, abs=6e-6)
    found = erlang_c(agents, load / HANDLE, HANDLE)
    assert found is not None
    assert found.delayed == pytest.approx(delayed, abs=6e-6)


def test_one_agent_is_the_m_m_1_queue() -> None:
    found = erlang_c(1, 0.5 / HANDLE, HANDLE)
    assert found is not None
    assert found.answer == pytest.approx(HANDLE)
    assert found.service_level(0) == pytest.approx(0.5)
    assert found.service_level(HANDLE) == pytest.approx(1 - 0.5 * math.exp(-0.5))


@pytest.mark.parametrize("load", [1.0, 3.0])
def test_what_grows_for_ever_has_no_steady_state(load: float) -> None:
    assert erlang_c(1, load / HANDLE, HANDLE) is None


@pytest.mark.parametrize(
    ("agents", "load", "patience"), [(1, 0.7, 60), (10, 12, 60), (10, 9, 600), (60, 90, 30), (400, 390, 200)]
)
def test_abandonment_against_the_chain(agents: int, load: float, patience: float) -> None:
    found = erlang_a(agents, load / HANDLE, HANDLE, patience)
    delayed, abandoned = chain(agents, load / HANDLE, patience)
    assert found.delayed == pytest.approx(delayed, rel=1e-9)
    assert found.abandoned == pytest.approx(abandoned, rel=1e-9)
    assert found.wait == pytest.approx(abandoned * patience, rel=1e-9)


def test_with_endless_patience_it_is_erlang_c() -> None:
    patient, endless = erlang_a(10, 9 / HANDLE, HANDLE, 1e10), erlang_c(10, 9 / HANDLE, HANDLE)
    assert endless is not None
    assert patient.wait == pytest.approx(endless.answer, rel=1e-5)
    assert patient.delayed == pytest.approx(endless.delayed, rel=1e-5)


@pytest.mark.parametrize(("agents", "load"), [(5_000, 4_900), (5_000, 6_000), (20_000, 10_000)])
def test_large_houses_overflow_nothing(agents: int, load: float) -> None:
    found = erlang_a(agents, load / HANDLE, HANDLE, 60)
    assert 0 <= found.abandoned < 1
    assert 0 <= found.delayed <= 1
    # With more work than people, the rest leaves: the fluid limit `1 - 1 / rho`.
    assert found.abandoned == pytest.approx(max(0, 1 - agents / load), abs=0.002)
