"""The matters are the same in each language, and everything that must be in them is there."""

import string

import pytest

from valvomo.demo.organization import QUEUES
from valvomo.demo.people.matters import FOLDER, LANGUAGES, Language, fitting, language

PLACEHOLDERS = {"customer", "agent"}


@pytest.fixture(params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> Language:
    return language(request.param)


def test_every_file_is_a_language_that_is_spoken() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LANGUAGES)


def test_the_same_matters_in_each_language() -> None:
    shapes = {
        code: [(one.id, one.queue, len(one.turns)) for one in language(code).matters] for code in LANGUAGES
    }
    assert len(shapes["en"]) >= 14
    assert all(shape == shapes["en"] for shape in shapes.values())
    assert all(len(language(code).cases) == len(language("en").cases) for code in LANGUAGES)


def test_subjects_and_ids_are_unique(texts: Language) -> None:
    assert len({one.id for one in texts.matters}) == len(texts.matters)
    subjects = [one.subject for one in texts.matters] + [one.subject for one in texts.cases]
    assert len(set(subjects)) == len(subjects)


def test_no_two_languages_share_a_line() -> None:
    lines = [
        {
            line
            for one in language(code).matters
            for turn in (*one.turns, one.solved)
            for _, line in turn.customer
            if len(line) > len("48-20713, Android, 10:15")
        }
        for code in LANGUAGES
    ]
    assert not lines[0] & lines[1]
    assert not lines[1] & lines[2]


def test_queues_exist(texts: Language) -> None:
    assert {one.queue for one in texts.matters} <= set(QUEUES)


def test_moods_rise_and_fall(texts: Language) -> None:
    for matter in texts.matters:
        assert max(tone for tone, _ in matter.solved.customer) > 0, matter.id
        assert min(tone for tone, _ in matter.unsolved.customer) < 0, matter.id
    assert {tone for one in texts.matters for tone, _ in one.opening} >= {-3, -2, -1, 0, 2, 3}


def test_an_agents_words_are_found_again(texts: Language) -> None:
    for matter in texts.matters:
        for number, turn in enumerate(matter.turns):
            assert matter.number_of(f"Hi! {turn.agent}") == number
        assert (
            matter.number_of(matter.solved.agent)
            == matter.number_of(matter.unsolved.agent)
            == len(matter.turns)
        )
        assert matter.number_of("something else") is None
        assert texts.about(matter.subject) is matter


def test_placeholders_stand_in_greetings_only(texts: Language) -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert all(names(one) == PLACEHOLDERS for one in texts.manners.greeting)
    spoken = [
        *texts.manners.holding,
        *texts.manners.farewell,
        *(turn.agent for one in texts.matters for turn in one.turns),
    ]
    assert all(names(one) == set() for one in spoken)


def test_the_closest_tone_is_chosen() -> None:
    lines = ((-2, "bad"), (0, "so so"), (2, "good"))
    assert fitting(lines, -3.0) == (-2, "bad")
    assert fitting(lines, 0.4) == (0, "so so")
    assert fitting(lines, 1.6) == (2, "good")
