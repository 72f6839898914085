"""The labelled set: the attention score finds what needs a supervisor better than waits or moods alone."""

from attention import MANY, RANKINGS, SEED, Case, Truth, cases, needs_supervisor, precision

SETS = range(1, 21)


def found(some: list[Case]) -> dict[str, float]:
    return {name: precision(some, ranking) for name, ranking in RANKINGS.items()}


def test_the_same_seed_is_the_same_set_and_has_both_kinds() -> None:
    first = cases(SEED)
    assert first == cases(SEED)
    assert first != cases(SEED + 1)
    assert len(first) == MANY
    assert 10 <= sum(one.needs for one in first) <= 30


def test_the_label_is_made_of_what_nobody_sees() -> None:
    calm = Truth(patience=10, tone=-1, beyond=False, gone=False, unfit=False, skill=1, strain=0.1)
    assert not needs_supervisor(calm, open_=False)
    calm.strain = 0.8
    assert needs_supervisor(calm, open_=False)
    unfit = Truth(patience=100, tone=1, beyond=False, gone=False, unfit=True, skill=1)
    assert needs_supervisor(unfit, open_=True)
    assert not needs_supervisor(unfit, open_=False)


def test_attention_beats_the_wait_and_the_mood_alone() -> None:
    here = found(cases(SEED))
    assert here["attention"] > max(here["wait"], here["sentiment"])
    sets = [found(cases(seed)) for seed in SETS]
    mean = {name: sum(one[name] for one in sets) / len(sets) for name in RANKINGS}
    assert mean["attention"] > mean["wait"] + 0.15
    assert mean["attention"] > mean["sentiment"] + 0.15
