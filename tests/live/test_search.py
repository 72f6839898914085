"""Searching transcripts: every form of a word in its language, and nothing that one may not read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sample_floor import (
    AATU,
    AINO,
    BILLING,
    EINO,
    HOUSE,
    INES,
    ONNI,
    RAIJA,
    SAARA,
    STRANGER,
    SULO,
    Floor,
    reason,
)

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.monitor import Monitor
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.indexer import Indexer
from valvomo.protocol.pages import Page
from valvomo.protocol.searching import SearchHit, pieces_of
from valvomo.queries import search
from valvomo.queries.search import Sought


async def indexed(floor: Floor) -> None:
    """Every word written so far can be found."""
    job = Indexer(floor.database, "indexer-1")
    while await job.round() is not None:
        pass


async def page(
    floor: Floor, actor: Actor, words: str, cursor: str | None = None, **how: Any
) -> Page[SearchHit]:
    limit = how.pop("limit", 30)
    async with floor.database.reading() as tx:
        found = await search.found(tx, actor, Sought(words=words, **how), cursor=cursor, limit=limit)
    assert not isinstance(found, Refusal), found
    return found


async def texts(floor: Floor, actor: Actor, words: str, **how: Any) -> list[str]:
    found = await page(floor, actor, words, **how)
    return ["".join(one.text for one in hit.pieces) for hit in found.items]


async def closed_about(floor: Floor, text: str, language: str = "", **how: Any) -> str:
    """A conversation in this language in which the agent wrote this, closed."""
    one = await floor.accepted("chat", AINO, **how)
    if language:
        await floor.done(AINO, serve.ChangeDetails(conversation_id=one, language=language))
    await floor.write(AINO, one, text)
    await floor.done(AINO, serve.End(conversation_id=one))
    await floor.done(AINO, serve.Complete(conversation_id=one))
    return one


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("fi", "Laskuissanne oli virheitä", "lasku"),
        ("fi", "Tilauksesi on matkalla", "tilauksen"),
        ("sv", "Fakturorna var felaktiga", "faktura"),
        ("en", "Two invoices were paid twice", "invoice twice"),
        ("de", "Die Rechnungen waren falsch", "Rechnung"),
        ("fr", "Les commandes sont arrivées", "commande"),
        ("es", "Las facturas estaban mal", "factura"),
        ("et", "Arve oli vale", "arve"),
        ("en", "Laskuissanne oli virheitä", "laskuissanne"),
        ("", "Ref. AB-1234 to be refunded", "AB-1234"),
        ("en", "Please refund the order at once", '"refund the order"'),
        ("en", "A parcel was lost", "letter or parcel"),
    ],
)
async def test_words_are_found_in_all_their_forms(floor: Floor, language: str, text: str, words: str) -> None:
    await closed_about(floor, text, language)
    await closed_about(floor, "Something else altogether", language)
    await indexed(floor)
    assert await texts(floor, SAARA, words) == [text]


@pytest.mark.parametrize(
    "words", ["invoice -paid", "invoice -PAID", "paid -invoices", '"invoice two"', "letter"]
)
async def test_what_is_ruled_out_is_not_found(floor: Floor, words: str) -> None:
    await closed_about(floor, "Two invoices were paid", "en")
    await indexed(floor)
    assert await texts(floor, SAARA, words) == []


async def test_particles_alone_find_only_themselves(floor: Floor) -> None:
    await closed_about(floor, "Parcel lost", "en")
    await closed_about(floor, "The parcel was lost", "en")
    await indexed(floor)
    assert await texts(floor, SAARA, "the") == ["The parcel was lost"]


async def test_only_who_may_read_it_finds_it(floor: Floor) -> None:
    closed = await closed_about(floor, "pail number one")
    active = await floor.accepted("chat", EINO)
    await floor.write(EINO, active, "pail number two")
    await floor.write(EINO, active, "pail secret", Visibility.INTERNAL)
    refused = await floor.accepted("consented", AINO, consent=False)
    await floor.write(AINO, refused, "pail number three")
    await floor.done(SAARA, ForceClose(conversation_id=refused, reason="x"))
    await indexed(floor)
    assert await texts(floor, SAARA, "pail") == ["pail number one"]
    await floor.done(SAARA, Monitor(conversation_id=active))
    assert set(await texts(floor, SAARA, "pail")) == {"pail number one", "pail number two", "pail secret"}
    assert set(await texts(floor, AINO, "pail")) == {"pail number one", "pail number three"}
    assert set(await texts(floor, EINO, "pail")) == {"pail number two", "pail secret"}
    # Neither of another queue, nor of another house, nor for nobody in particular.
    assert await texts(floor, SULO, "pail") == []
    assert await texts(floor, ONNI, "pail") == []
    assert await texts(floor, STRANGER, "pail") == []
    everywhere = replace(SULO, supervises_all=True)
    assert await texts(floor, everywhere, "pail") == ["pail number one"]
    for actor in (AATU, RAIJA, INES):
        async with floor.database.reading() as tx:
            answer = await search.found(tx, actor, Sought(words="pail"), cursor=None, limit=5)
        assert reason(answer) is Reason.ROLE_NEEDED
    assert closed


async def test_narrowed_and_page_by_page(floor: Floor) -> None:
    ids = []
    for number in range(7):
        ids.append(await closed_about(floor, f"pail {number}", queue=BILLING if number % 2 else None))
        floor.clock.advance(60)
    await indexed(floor)
    all_of_them = replace(SAARA, supervises_all=True)
    found, cursor = [], None
    while True:
        one = await page(floor, all_of_them, "pail", cursor, limit=2)
        found += [hit.conversation for hit in one.items]
        cursor = one.next
        if cursor is None:
            break
    assert found == ids[::-1]
    assert len(await texts(floor, all_of_them, "pail", queues=("billing",))) == 3
    assert await texts(floor, all_of_them, "pail", queues=("nowhere",)) == []
    assert len(await texts(floor, all_of_them, "pail", agents=("aino",))) == 7
    assert await texts(floor, all_of_them, "pail", agents=("onni",)) == []
    assert await texts(floor, all_of_them, "pail", channels=("record",)) == []
    since = floor.clock() - timedelta(seconds=150)
    assert await texts(floor, all_of_them, "pail", since=since) == ["pail 6", "pail 5"]
    # What one may not read is not counted into pages either.
    assert [hit.conversation for hit in (await page(floor, SULO, "pail", limit=2)).items] == [ids[5], ids[3]]


async def test_a_place_of_another_list_and_rubbish_are_refused(floor: Floor) -> None:
    for words, cursor in (("pail", "nonsense"), ("---", None), ("!!", None)):
        async with floor.database.reading() as tx:
            answer = await search.found(tx, SAARA, Sought(words=words), cursor=cursor, limit=5)
        assert reason(answer) is Reason.MALFORMED


async def test_hits_are_marked_and_markup_is_text(floor: Floor) -> None:
    await closed_about(floor, "<b>pail</b> and \x02pail\x03 & more", "en")
    await indexed(floor)
    [hit] = (await page(floor, SAARA, "pails")).items
    assert [one.text for one in hit.pieces if one.hit] == ["pail", "pail"]
    assert "".join(one.text for one in hit.pieces) == "<b>pail</b> and pail & more"
    assert not any(mark in one.text for one in hit.pieces for mark in "\x02\x03")
    assert pieces_of("") == ()


async def test_a_language_known_later_counts_for_what_was_written_before(floor: Floor) -> None:
    one = await floor.accepted("chat", AINO)
    await floor.write(AINO, one, "Laskuissanne oli virheitä")
    await indexed(floor)
    assert await texts(floor, AINO, "lasku") == []
    await floor.done(AINO, serve.ChangeDetails(conversation_id=one, language="fi"))
    await indexed(floor)
    assert await texts(floor, AINO, "lasku") == ["Laskuissanne oli virheitä"]


async def test_what_was_taken_out_of_a_message_is_not_found(floor: Floor) -> None:
    one = await closed_about(floor, "my number is 040123", "en")
    await indexed(floor)
    assert await texts(floor, SAARA, "040123")
    await floor.sql("UPDATE public_messages SET text = 'my number is gone' WHERE conversation_id = $1", one)
    assert await texts(floor, SAARA, "040123") == []
    await floor.sql("DELETE FROM public_messages WHERE conversation_id = $1", one)
    assert await floor.sql("SELECT 1 FROM public_words WHERE conversation_id = $1", one) == []


async def test_reading_on_in_pieces_and_twice_is_the_same(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.indexer.BATCH", 3)
    for number in range(4):
        await closed_about(floor, f"pail {number}")
    await indexed(floor)
    before = await floor.sql("SELECT * FROM public_words ORDER BY 2, 3")
    await floor.sql("UPDATE search_positions SET position = 0")
    await indexed(floor)
    assert await floor.sql("SELECT * FROM public_words ORDER BY 2, 3") == before
    assert (await floor.sql("SELECT position FROM search_positions WHERE organization_id = $1", HOUSE))[0][
        0
    ] == len(await floor.all_facts())


async def test_a_piece_has_an_end_however_long_conversations_are(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.indexer.BATCH", 2)
    one = await floor.accepted("chat", AINO)
    for _ in range(9):
        await floor.write(AINO, one, "Laskuissanne oli virheitä")
    await floor.write(AINO, one, "Laskuissanne oli virheitä", Visibility.INTERNAL)
    job = Indexer(floor.database, "indexer-1")
    tables = "(SELECT language FROM public_words UNION ALL SELECT language FROM internal_words)"

    async def grow(language: str) -> list[int]:
        counts = [0]
        while True:
            more = await job.round()
            found = await floor.sql(f"SELECT count(*) FROM {tables} w WHERE language = $1", language)
            counts.append(found[0][0])
            if more is None:
                return counts

    for language in ("und", "fi"):
        counts = await grow(language)
        assert counts[-1] == 10
        assert all(later - earlier <= 2 for earlier, later in pairwise(counts)), counts
        await floor.done(AINO, serve.ChangeDetails(conversation_id=one, language="fi"))
    await indexed(floor)
    assert await floor.sql("SELECT 1 FROM search_again") == []


async def test_what_was_too_much_at_once_is_tried_with_less(floor: Floor) -> None:
    for number in range(3):
        await closed_about(floor, f"pail {number}")
    head = len(await floor.all_facts())
    # As if the server cut off whatever has more than two messages.
    await floor.sql(
        "CREATE FUNCTION cut_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT count(*) FROM written) > 2 THEN RAISE query_canceled; END IF; RETURN NULL; END $$"
    )
    await floor.sql(
        "CREATE TRIGGER cut_off AFTER INSERT ON public_words REFERENCING NEW TABLE AS written"
        " FOR EACH STATEMENT EXECUTE FUNCTION cut_off()"
    )
    job = Indexer(floor.database, "indexer-1")
    for _ in range(20):
        await job.round()
    assert job.statistics.trouble > 0
    assert (await floor.sql("SELECT position FROM search_positions"))[0][0] == head
    assert len(await texts(floor, SAARA, "pail")) == 3


async def test_nothing_that_is_stored_is_known_to_one_server_only(floor: Floor) -> None:
    """So that it can be dumped and restored elsewhere, and the server be renewed in place."""
    await closed_about(floor, "Two invoices were paid", "en")
    await indexed(floor)
    own = "('regconfig', 'regdictionary', 'regclass', 'regproc', 'regprocedure', 'regtype', 'oid')"
    assert await floor.sql(
        "SELECT table_name, column_name FROM information_schema.columns"
        f" WHERE table_schema = current_schema() AND udt_name IN {own}"
    ) == []  # fmt: skip
    [row] = await floor.sql("SELECT tsvector_to_array(words) AS words FROM public_words")
    assert {word for word in row["words"] if word.startswith("\x01")} == {f"\x01{HOUSE}", f"\x01{HOUSE} en"}
