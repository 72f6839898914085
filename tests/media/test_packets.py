"""Packets, streams put together of several sources, slots, loudness and reports: without any network."""

from itertools import pairwise

import pytest
from aiortc.rtp import RtcpPacket, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from valvomo.media.embedded import reports, rtp
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet, Stream
from valvomo.media.embedded.slots import Slot, Slots
from valvomo.media.embedded.voice import BEGINS_AFTER, ENDS_AFTER, LOUD, Voice

NUMBERS = st.integers(0, SEQUENCES - 1)
PACKETS = st.builds(
    Packet,
    payload_type=st.integers(0, 63),
    marker=st.booleans(),
    sequence=NUMBERS,
    timestamp=st.integers(0, TIMESTAMPS - 1),
    ssrc=st.integers(0, TIMESTAMPS - 1),
    payload=st.binary(min_size=1, max_size=80),
    level=st.none(),
)


@given(PACKETS)
def test_what_is_written_is_read_also_by_others(packet: Packet) -> None:
    written = rtp.write(packet)
    assert rtp.read(written) == packet
    assert not rtp.is_rtcp(written)
    theirs = RtpPacket.parse(written)
    assert (theirs.sequence_number, theirs.timestamp, theirs.payload) == (
        packet.sequence,
        packet.timestamp,
        packet.payload,
    )


@given(st.binary(max_size=120), st.integers(0, 15))
def test_nothing_that_comes_is_too_strange_to_be_read(data: bytes, level_id: int) -> None:
    found = rtp.read(data, level_id)
    assert found is None or found.level is None or 0 <= found.level <= 127


def test_how_loud_it_is_and_what_is_around_it() -> None:
    header = bytes([0b1011_0001, 111, 0, 7, 0, 0, 3, 192, 0, 0, 0, 9]) + b"\0\0\0\5"
    extensions = bytes.fromhex("bede0002") + bytes([0x20, 0xAA, 0x10, 0x80 | 33, 0, 0, 0, 0])
    packet = rtp.read(header + extensions + b"opus" + b"\0\0\3", level_id=1)
    assert packet is not None
    assert (packet.level, packet.payload, packet.sequence) == (33, b"opus", 7)
    unasked = rtp.read(header + extensions + b"opus" + b"\0\0\3")
    assert unasked is not None
    assert unasked.level is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), max_size=12), st.data())
def test_a_stream_has_no_seams(turns: list[tuple[int, int]], data: st.DataObject) -> None:
    """Whoever is heard in it, and wherever their own numbers begin: one after the other, and time goes on."""
    stream = Stream(ssrc=1, payload_type=111, clock=48_000)
    sources = [
        data.draw(st.tuples(NUMBERS, st.integers(0, TIMESTAMPS - 1)), label=f"source {n}") for n in range(3)
    ]
    sent: list[Packet] = []
    ticks = 0
    for source, packets in turns:
        for _ in range(packets):
            ticks += 1
            sequence, timestamp = sources[source]
            sources[source] = ((sequence + 1) % SEQUENCES, (timestamp + 960) % TIMESTAMPS)
            packet = Packet(96, False, sequence, timestamp, 5, b"x")
            put = rtp.read(stream.put(source, packet, ticks * 0.02))
            assert put is not None
            sent.append(put)
    assert {(one.ssrc, one.payload_type) for one in sent} <= {(1, 111)}
    for before, after in pairwise(sent):
        assert (after.sequence - before.sequence) % SEQUENCES == 1
        assert (after.timestamp - before.timestamp) % TIMESTAMPS == 960
    assert (stream.packets, stream.octets) == (len(sent), len(sent))


def test_what_is_missing_and_late_in_a_source_is_so_in_the_stream() -> None:
    stream = Stream(ssrc=1, payload_type=111, clock=48_000)

    def put(sequence: int) -> int:
        packet = Packet(96, False, sequence, sequence * 960, 5, b"x")
        found = rtp.read(stream.put("a", packet, sequence * 0.02))
        assert found is not None
        return found.sequence

    first = put(100)
    assert [put(one) - first for one in (101, 104, 103, 105)] == [1, 4, 3, 5]


@given(st.integers(0, 4), st.lists(st.sets(st.sampled_from("abcdef"))), st.data())
def test_slots_hold_what_is_wanted_once(size: int, wishes: list[set[str]], data: st.DataObject) -> None:
    slots = Slots([Slot(Stream(ssrc=n, payload_type=111, clock=48_000)) for n in range(size)])
    for now, wanted in enumerate(wishes):
        kept = {one.source: one for one in slots.slots if one.source in wanted}
        slots.assign(wanted)
        shown = [one.source for one in slots.slots if one.source is not None]
        assert len(shown) == len(set(shown)) == min(size, len(wanted))
        assert set(shown) <= wanted
        assert all(one in slots.slots and one.source == source for source, one in kept.items())
        speaker = data.draw(st.sampled_from("abcdef"))
        slot = slots.of(speaker, now, loud=True)
        assert (slot is not None) == (speaker in wanted and size > 0)
        assert slot is None or slot.source == speaker


def test_whoever_speaks_takes_the_stream_of_who_was_silent_for_longest() -> None:
    slots = Slots([Slot(Stream(ssrc=n, payload_type=111, clock=48_000)) for n in range(2)])
    slots.assign("abc")
    assert slots.of("c", 1.0, loud=False) is None
    slots.of("a", 1.0, loud=True)
    slots.of("b", 2.0, loud=True)
    assert slots.of("c", 3.0, loud=True) is slots.slots[0]
    assert [one.source for one in slots.slots] == ["c", "b"]


def test_what_was_not_to_be_heard_meanwhile_is_not_lost() -> None:
    slots = Slots([Slot(Stream(ssrc=1, payload_type=111, clock=48_000))])

    def put(sequence: int) -> Packet | None:
        packet, now = Packet(96, False, sequence, sequence * 960, 5, b"x"), sequence * 0.02
        slot = slots.of("a", now, loud=True)
        return rtp.read(slot.stream.put("a", packet, now)) if slot else None

    slots.assign("a")
    before = [put(7), put(8)][-1]
    slots.assign("")
    assert [put(one) for one in range(9, 60)] == [None] * 51
    slots.assign("a")
    after = put(60)
    assert before is not None
    assert after is not None
    assert after.sequence - before.sequence == 1
    assert after.timestamp - before.timestamp == 52 * 960
    assert after.marker, "the receiver may begin anew"


@pytest.mark.parametrize("quiet", [LOUD + 1, 127])
def test_a_click_is_no_speech_and_a_pause_no_end(quiet: int) -> None:
    voice = Voice()
    assert not voice.take(None, 0.0)
    changes = [voice.take(level, n * 0.02) for n, level in enumerate([10, quiet, *[10] * BEGINS_AFTER])]
    assert changes == [False, False, False, True, False]
    assert not voice.take(quiet, 0.1 + ENDS_AFTER / 2)
    assert voice.speaking
    assert voice.take(quiet, 0.2 + ENDS_AFTER)
    assert not voice.speaking


def received(numbers: list[int], *, late: float = 0.0) -> reports.Reception:
    reception = reports.Reception(ssrc=9, clock=48_000)
    for place, number in enumerate(numbers):
        packet = Packet(111, False, number % SEQUENCES, number * 960 % TIMESTAMPS, 9, b"x")
        reception.take(packet, number * 0.02 + late * (place % 2))
    return reception


def test_what_was_lost_is_reported() -> None:
    reception = received([one for one in range(65_530, 65_560) if one % 3])
    block, share = reception.report(2.0)
    assert (block.ssrc, block.packets_lost) == (9, 9)
    assert block.highest_sequence == 65_558
    assert share == pytest.approx(9 / 29)
    again, none = reception.report(3.0)
    assert (again.packets_lost, none) == (9, 0.0)


def test_how_unevenly_it_came() -> None:
    assert received(list(range(50))).jitter == pytest.approx(0, abs=0.01)
    assert received(list(range(200)), late=0.01).jitter == pytest.approx(480, rel=0.05)


def test_reports_are_read_by_others_and_say_how_far_it_is() -> None:
    stream = Stream(ssrc=7, payload_type=111, clock=48_000)
    stream.put("a", Packet(96, False, 1, 500, 5, b"four"), 10.0)
    sent, _ = RtcpPacket.parse(reports.sender_report(stream, 10.5, 1_800_000_000.0, "house"))
    assert isinstance(sent, RtcpSrPacket)
    assert isinstance(sent.sender_info, RtcpSenderInfo)
    assert (sent.sender_info.packet_count, sent.sender_info.octet_count) == (1, 4)
    assert sent.sender_info.rtp_timestamp == 500 + 24_000
    reception = received([1, 2, 3])
    reception.heard(sent.sender_info, 20.0)
    block, _ = reception.report(20.25)
    told, _ = RtcpPacket.parse(reports.receiver_report(3, [block], "house"))
    assert isinstance(told, RtcpRrPacket)
    assert reports.round_trip(told.reports[0], 1_800_000_000.25 + 0.08) == pytest.approx(0.08, abs=0.001)
    assert reports.round_trip(received([1]).report(1.0)[0], 1_800_000_000.0) is None
