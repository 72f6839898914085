"""What is shown of a text that holds what was searched for."""

from hypothesis import given
from hypothesis import strategies as st

from valvomo.protocol.searching import BEFORE, BEGIN, END, SHOWN, Piece, pieces_of


def test_hits_are_pieces_of_their_own() -> None:
    assert pieces_of(f"The {BEGIN}pail{END} is {BEGIN}lost{END}.") == (
        Piece("The ", hit=False), Piece("pail", hit=True), Piece(" is ", hit=False), Piece("lost", hit=True),
        Piece(".", hit=False),
    )  # fmt: skip
    assert pieces_of("") == ()
    assert pieces_of("nothing marked") == (Piece("nothing marked", hit=False),)


def test_a_long_text_is_cut_around_the_first_hit_at_words() -> None:
    long = "word " * 100
    before, hit, after = pieces_of(f"{long}{BEGIN}pail{END} {long}")
    assert before.text.startswith("…word ")
    assert hit == Piece("pail", hit=True)
    assert after.text.endswith("word…")
    assert len(before.text) <= BEFORE + 1
    assert len(after.text) <= SHOWN


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_characters=BEGIN + END)), st.booleans()), max_size=20)
)
def test_no_mark_is_ever_shown_and_nothing_is_added_but_dots(parts: list[tuple[str, bool]]) -> None:
    marked = "".join(f"{BEGIN}{text}{END}" if hit else text for text, hit in parts)
    shown = "".join(one.text for one in pieces_of(marked))
    assert BEGIN not in shown
    assert END not in shown
    whole = "".join(text for text, _ in parts).replace("\x04", "<").replace("\x05", ">")
    assert shown.strip("…") in whole or "…" in whole
