"""The shipped model and its head: `make setup` installs what it needs, so nothing is skipped here."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from valvomo.domain.sentiment.judging import judge, label_of
from valvomo.insight import head as heads
from valvomo.insight.e5 import E5Sentiment, Embedder
from valvomo.insight.local import local
from valvomo.insight.port import UnavailableError, Utterance

pytestmark = pytest.mark.slow

PLAIN = (
    ("en", "Thank you so much, this is wonderful!", "positive"),
    ("en", "I am furious, nobody ever answers and my order is ruined.", "negative"),
    ("fi", "Olen todella pettynyt, tilaus on taas väärin eikä kukaan auta.", "negative"),
    ("fi", "Kiitos paljon, tämä oli aivan loistavaa palvelua!", "positive"),
    ("sv", "Det här är helt oacceptabelt, jag är så arg.", "negative"),
    ("sv", "Tusen tack, vilken fantastisk hjälp!", "positive"),
    ("de", "Ich bin sehr enttäuscht, das ist eine Frechheit.", "negative"),
    ("de", "Vielen Dank, das war wirklich großartig!", "positive"),
    ("fr", "C'est inadmissible, je suis très en colère.", "negative"),
    ("fr", "Merci beaucoup, c'était formidable !", "positive"),
    ("es", "Estoy muy enfadado, esto es inaceptable.", "negative"),
    ("es", "¡Muchas gracias, ha sido maravilloso!", "positive"),
    ("en", "What are your opening hours on Saturday?", "neutral"),
    ("fi", "Mihin aikaan myymälä aukeaa lauantaina?", "neutral"),
)


def test_plain_words_are_read_in_six_languages(model: E5Sentiment) -> None:
    found = model.feel([Utterance(text=text, language=language) for language, text, _ in PLAIN])
    read = [label_of(one.score if one else None) for one in found]
    judged = judge([(label, one) for (_, _, label), one in zip(PLAIN, read, strict=True)])
    assert judged.opposite == 0
    assert judged.accuracy >= 0.9


@pytest.mark.parametrize("text", ["", "   ", "\0", "\ud800", "👍", "a" * 10_000, "sana " * 2_000, "\n\n"])
def test_any_text_is_read(model: E5Sentiment, text: str) -> None:
    (found,) = model.feel([Utterance(text=text)])
    assert found is not None
    assert -1 <= found.score <= 1
    assert 0 <= found.confidence <= 1


def test_nothing_is_read_of_nothing(model: E5Sentiment) -> None:
    assert model.feel([]) == []


def test_the_end_of_a_long_letter_counts(model: E5Sentiment) -> None:
    middle = "The meter reading of this month is the same as that of last month. " * 60
    letter = f"Good morning. {middle} I am furious and deeply disappointed, this is unacceptable."
    (found,) = model.feel([Utterance(text=letter)])
    assert found is not None
    assert found.score < 0


def test_a_head_for_another_model_is_refused(tmp_path: Path) -> None:
    other = replace(heads.load(), model_sha256="0" * 64)
    heads.save(other, tmp_path / heads.FILE)
    with pytest.raises(UnavailableError, match="another model"):
        local(tmp_path)


def test_a_head_of_ones_own_is_used(tmp_path: Path, model: E5Sentiment) -> None:
    shipped = heads.load()
    turned = replace(shipped, weights=shipped.weights[::-1], bias=shipped.bias[::-1])
    heads.save(turned, tmp_path / heads.FILE)
    own = local(tmp_path)
    words = [Utterance(text="This is wonderful, thank you!")]
    (theirs,), (ours,) = own.feel(words), model.feel(words)
    assert theirs is not None
    assert ours is not None
    assert theirs.score == -ours.score
    assert own.name == f"local {tmp_path.name}"


def test_what_is_no_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / heads.FILE).write_bytes(b"nonsense")
    with pytest.raises(UnavailableError, match="not a sentiment head"):
        heads.load(tmp_path / heads.FILE)
    with pytest.raises(UnavailableError):
        heads.load(tmp_path / "nothing.npz")
    heads.save(replace(heads.load(), middle=np.zeros(3, np.float32)), tmp_path / heads.FILE)
    with pytest.raises(UnavailableError, match="do not fit"):
        heads.load(tmp_path / heads.FILE)


def test_a_model_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        Embedder(tmp_path / "nothing.bin")


def test_the_head_is_small_and_calm() -> None:
    head = heads.load()
    squares = len(head.directions)
    assert head.weights.shape == (3, 384 + squares)
    assert head.bias.shape == (3,)
    assert Path(str(resources.files("valvomo.insight").joinpath(heads.FILE))).stat().st_size < 50_000
    even = head.feelings(np.zeros((1, 384), dtype=np.float32))[0]
    assert abs(even.score) <= 1


def test_a_head_of_four_parts_is_linear(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    weights = random.normal(size=(3, 384)).astype(np.float32)
    np.savez(
        tmp_path / heads.FILE, weights=weights, bias=np.ones(3, np.float32), temperature=1.0, model_sha256="0"
    )
    some = random.normal(size=(5, 384)).astype(np.float32)
    assert np.allclose(heads.load(tmp_path / heads.FILE).logits(some), some @ weights.T + 1, atol=1e-4)
