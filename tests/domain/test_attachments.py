"""Which files may be sent, as what they pass, and how they are called: tables, and any bytes and names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.attachments.attached import (
    InternalAttachment,
    Problem,
    Progress,
    PublicAttachment,
    Taker,
    Upload,
    internal_attachment,
    names_of,
    public_attachment,
    sealed,
    taking_refusal,
)
from valvomo.domain.attachments.kinds import (
    EXTENSIONS,
    PROGRAMS,
    TYPES,
    UNKNOWN,
    Kind,
    agreed_type,
    ending_of,
)
from valvomo.domain.attachments.limits import (
    ABILITIES,
    ANYTHING,
    LARGEST,
    LARGEST_IMAGE,
    LARGEST_TOTAL,
    MEGABYTE,
    NOTHING,
    Ability,
    Limits,
    Sent,
    Side,
    SideLimits,
    channel_refusal,
    file_refusal,
    full_refusal,
    largest_of,
    outward_largest,
    outward_refusal,
    unsound_limits,
)
from valvomo.domain.attachments.names import LONGEST_NAME, shown_name
from valvomo.domain.conversations.message import digest_of
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason

USUAL = SideLimits()


def upload(one: str = "a", **changes: object) -> Upload:
    plain: dict[str, object] = {
        "organization_id": "o", "id": one, "conversation_id": "c", "author_id": "p", "side": Side.HOUSE,
        "name": f"{one}.png", "media_type": "image/png", "size": 100, "digest": "d", "width": 1, "height": 1,
        "progress": Progress.READY, "problem": None, "message_id": None,
    }  # fmt: skip
    return Upload(**plain | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "limits", "reason"),
    [
        (("a.png", "image/png", 1), USUAL, None),
        (("a.png", "image/png", None), USUAL, None),
        (("a.pdf", "application/pdf", 10 * MEGABYTE), USUAL, None),
        (("a.pdf", "application/pdf", 10 * MEGABYTE + 1), USUAL, Reason.ATTACHMENT_TOO_LARGE),
        (("a.png", "image/png", 0), USUAL, Reason.ATTACHMENT_EMPTY),
        (("a.zip", "application/zip", 1), USUAL, Reason.ATTACHMENT_KIND),
        (("a.zip", "application/zip", 1), SideLimits(kinds=frozenset({Kind.ARCHIVE})), None),
        (("a.html", UNKNOWN, 1), USUAL, Reason.ATTACHMENT_KIND),
        (("a.html", UNKNOWN, 1), SideLimits(kinds=frozenset(Kind)), None),
        (("a.exe", "image/png", 1), SideLimits(kinds=frozenset(Kind)), Reason.ATTACHMENT_PROGRAM),
        (("a.png", "image/png", 1), SideLimits(allowed=False), Reason.ATTACHMENTS_OFF),
        (("a.png", "image/png", LARGEST_IMAGE + 1), SideLimits(largest=LARGEST), Reason.ATTACHMENT_TOO_LARGE),
        (("a.mp4", "video/mp4", LARGEST_IMAGE + 1), SideLimits(largest=LARGEST), None),
    ],
)
def test_what_a_side_may_send(
    sent: tuple[str, str, int | None], limits: SideLimits, reason: Reason | None
) -> None:
    name, media_type, size = sent
    refusal = file_refusal(limits, Sent(name=name, media_type=media_type, size=size))
    assert (refusal and refusal.reason) == reason


LITTLE = Ability(
    largest={Kind.IMAGE: 5 * MEGABYTE, Kind.DOCUMENT: MEGABYTE}, types=frozenset({"image/png", "application/pdf"}),
    most=2, total=5 * MEGABYTE + 1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "ability", "files", "reason"),
    [
        (Channel.LIVE_CHAT, None, [("application/zip", LARGEST)], None),
        (Channel.SMS, None, [("image/png", 1)], Reason.ATTACHMENTS_NOT_BY_CHANNEL),
        (Channel.SMS, NOTHING, [("image/png", 1)], Reason.ATTACHMENTS_NOT_BY_CHANNEL),
        (Channel.VOICE, None, [("image/png", 1)], Reason.ATTACHMENTS_NOT_BY_CHANNEL),
        (Channel.CUSTOM, NOTHING, [], None),
        (Channel.CUSTOM, ANYTHING, [(UNKNOWN, LARGEST)], None),
        (Channel.WHATSAPP, LITTLE, [("image/png", 5 * MEGABYTE)], None),
        (Channel.WHATSAPP, LITTLE, [("image/png", 5 * MEGABYTE + 1)], Reason.ATTACHMENT_TOO_LARGE),
        (
            Channel.WHATSAPP,
            LITTLE,
            [("image/png", 5 * MEGABYTE), ("image/png", 2)],
            Reason.ATTACHMENT_TOO_LARGE,
        ),
        (Channel.WHATSAPP, LITTLE, [("image/png", 1)] * 3, Reason.ATTACHMENTS_TOO_MANY),
        (Channel.WHATSAPP, LITTLE, [("image/gif", 1)], Reason.ATTACHMENT_NOT_BY_CHANNEL),
        (Channel.WHATSAPP, LITTLE, [("text/plain", 1)], Reason.ATTACHMENT_NOT_BY_CHANNEL),
        (Channel.WHATSAPP, LITTLE, [("application/pdf", MEGABYTE + 1)], Reason.ATTACHMENT_TOO_LARGE),
    ],
)
def test_what_a_channel_carries(
    channel: Channel, ability: Ability | None, files: list[tuple[str, int]], reason: Reason | None
) -> None:
    sent = tuple(Sent(name="a", media_type=media_type, size=size) for media_type, size in files)
    refusal = channel_refusal(channel, sent, ability)
    assert (refusal and refusal.reason) == reason
    if len(sent) == 1:
        # Whoever asks before the bytes hears no more than who asks after them.
        early = outward_refusal(channel, None, ability)
        assert early is None or early == refusal


@pytest.mark.parametrize(
    ("kind", "ability", "largest"),
    [
        (Kind.DOCUMENT, LITTLE, MEGABYTE),
        (Kind.AUDIO, LITTLE, 0),
        (None, LITTLE, 5 * MEGABYTE),
        (None, NOTHING, 0),
        (Kind.IMAGE, LITTLE, LARGEST_IMAGE),  # what is made of it may be smaller
        (Kind.DOCUMENT, None, LARGEST),
    ],
)
def test_no_more_comes_in_than_could_go_out(kind: Kind | None, ability: Ability | None, largest: int) -> None:
    assert outward_largest(Channel.LIVE_CHAT, kind, ability) == largest


def test_every_type_has_endings_and_no_program_any() -> None:
    assert ABILITIES.keys() <= set(Channel)
    assert EXTENSIONS.keys() == TYPES.keys()
    assert not PROGRAMS & {ending for endings in EXTENSIONS.values() for ending in endings}


TAKER = Taker(conversation_id="c", author_id="p", public=True, side=Side.HOUSE, channel=Channel.LIVE_CHAT)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (upload(), None),
        (None, Reason.ATTACHMENT_UNKNOWN),
        (upload(conversation_id="other"), Reason.ATTACHMENT_UNKNOWN),
        (upload(author_id="other"), Reason.ATTACHMENT_UNKNOWN),
        (upload(progress=Progress.ARRIVING), Reason.ATTACHMENT_UNKNOWN),
        (upload(progress=Progress.SCANNING), Reason.ATTACHMENT_SCANNING),
        (upload(progress=Progress.REFUSED, problem=Problem.VIRUS), Reason.ATTACHMENT_REFUSED),
        (upload(message_id="m"), Reason.ATTACHMENT_TAKEN),
    ],
)
def test_what_a_message_may_take(one: Upload | None, reason: Reason | None) -> None:
    refusal = taking_refusal(TAKER, ["a"], {"a": one} if one else {}, Limits())
    assert (refusal and refusal.reason) == reason


def test_a_message_takes_no_more_than_it_may_and_none_twice() -> None:
    many = {one: upload(one) for one in "abc"}
    assert taking_refusal(TAKER, list(many), many, Limits(most=3)) is None
    too_many = taking_refusal(TAKER, list(many), many, Limits(most=2))
    assert too_many is not None
    assert too_many.reason is Reason.ATTACHMENTS_TOO_MANY
    twice = taking_refusal(TAKER, ["a", "a"], many, Limits())
    assert twice is not None
    assert twice.reason is Reason.MALFORMED


def test_what_stays_in_the_house_is_not_held_against_the_channel() -> None:
    by_sms = {"public": True, "side": Side.HOUSE, "channel": Channel.SMS}
    found = {"a": upload()}
    for changes, refused in (({}, True), ({"public": False}, False), ({"side": Side.CUSTOMER}, False)):
        taker = Taker(conversation_id="c", author_id="p", **by_sms | changes)  # type: ignore[arg-type]
        assert (taking_refusal(taker, ["a"], found, Limits()) is not None) is refused


@pytest.mark.parametrize(
    ("found", "declared", "agreed"),
    [
        ("image/png", "image/png", "image/png"),
        ("image/png", "", "image/png"),
        ("image/png", UNKNOWN, "image/png"),
        ("image/png", "image/jpeg", None),
        ("image/png", "text/html", None),
        ("text/plain", "text/html", UNKNOWN),
        ("text/plain", "text/csv", "text/csv"),
        ("text/plain", "application/vnd.ms-excel", "text/csv"),
        ("text/plain", "application/json", UNKNOWN),
        ("video/mp4", "audio/mp4", "audio/mp4"),
        ("video/webm", "audio/webm", "audio/webm"),
        (UNKNOWN, "image/png", None),
        (UNKNOWN, "text/plain", None),
        (UNKNOWN, "image/svg+xml", UNKNOWN),
        (UNKNOWN, "image/heic", UNKNOWN),
        ("application/pdf", "application/x-anything", None),
    ],
)
def test_declared_and_found_must_agree(found: str, declared: str, agreed: str | None) -> None:
    assert agreed_type(found, declared) == agreed


@given(st.sampled_from(sorted(TYPES)) | st.just(UNKNOWN), st.text(max_size=40))
def test_what_is_agreed_is_ours(found: str, declared: str) -> None:
    assert agreed_type(found, declared) in {*TYPES, UNKNOWN, None}


@pytest.mark.parametrize(
    ("given", "media_type", "shown"),
    [
        ("photo.png", "image/png", "photo.png"),
        ("photo.png", "image/jpeg", "photo.png.jpg"),
        ("/etc/passwd", "text/plain", "passwd.txt"),
        ("..\\..\\x.txt", "text/plain", "x.txt"),
        ("..", "image/png", "file.png"),
        ("", "application/pdf", "file.pdf"),
        ("invoice\u202efdp.exe", UNKNOWN, "invoicefdp.exe"),
        ('a"b<c>.txt', "text/plain", "a_b_c_.txt"),
        ("x.html", UNKNOWN, "x.html"),
        ("x.html", "text/plain", "x.html.txt"),
        ("Käyttöohje 1.PDF", "application/pdf", "Käyttöohje 1.PDF"),
    ],
)  # fmt: skip
def test_names(given: str, media_type: str, shown: str) -> None:
    assert shown_name(given, media_type) == shown


@given(st.text(max_size=400), st.sampled_from([*TYPES, UNKNOWN]))
def test_any_name_is_shown_safely_and_says_what_it_is(given_name: str, media_type: str) -> None:
    shown = shown_name(given_name, media_type)
    assert 0 < len(shown) <= LONGEST_NAME
    assert not set(shown) & set('\\/:*?"<>|')
    assert not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for one in shown)
    assert shown == shown.strip(" .")
    if media_type != UNKNOWN:
        assert ending_of(shown) in EXTENSIONS[media_type]
    assert shown_name(shown, media_type) == shown


def test_a_public_and_an_internal_one_are_different_types_with_the_same_seal() -> None:
    public, internal = public_attachment(upload()), internal_attachment(upload())
    assert isinstance(public, PublicAttachment)
    assert isinstance(internal, InternalAttachment)
    assert sealed((public,)) == sealed((internal,))
    assert names_of((public, internal)) == "a.png, a.png"


@given(st.text(max_size=20), st.lists(st.builds(
    PublicAttachment, id=st.text(max_size=3), name=st.text(max_size=5), media_type=st.just("image/png"),
    size=st.integers(0, 9), digest=st.text(max_size=3)), max_size=3))  # fmt: skip
def test_the_digest_of_a_message_tells_of_its_files(text: str, files: list[PublicAttachment]) -> None:
    plain = digest_of(text)
    assert digest_of(text, files) == plain if not files else digest_of(text, files) != plain


def test_limits_that_make_no_sense_are_named() -> None:
    for bad in (
        Limits(most=0), Limits(most=21), Limits(house=SideLimits(largest=0)),
        Limits(customer=SideLimits(total=0)), Limits(house=SideLimits(total=LARGEST_TOTAL + 1)),
        Limits(customer=SideLimits(largest=LARGEST + 1)), Limits(customer=SideLimits(kinds=frozenset())),
    ):  # fmt: skip
        refusal = unsound_limits(bad)
        assert refusal is not None
        assert refusal.reason is Reason.MALFORMED
    assert unsound_limits(Limits()) is None
    assert unsound_limits(Limits(customer=SideLimits(allowed=False, kinds=frozenset()))) is None
    assert largest_of(USUAL, Kind.IMAGE) == USUAL.largest


@pytest.mark.parametrize(
    ("held", "size", "left"),
    [(0, 0, None), (0, 1000, None), (0, 1001, 1000), (999, 0, None), (999, 2, 1), (1000, 0, 0), (5000, 0, 0)],
)
def test_a_side_has_room_for_so_much_in_a_conversation(held: int, size: int, left: int | None) -> None:
    refusal = full_refusal(SideLimits(total=1000), held, size)
    assert (refusal.facts["left"] if refusal else None) == left
    if refusal:
        assert refusal.reason is Reason.ATTACHMENTS_FULL
