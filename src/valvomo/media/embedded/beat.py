"""Each 20 ms by the clock: music, what is played, and all that is heard as plain samples.

Browsers mix by themselves what they are sent. Whoever has one way only, and who writes down what is said, gets it from
here: what browsers send is decoded once, however many hear it.
"""

from __future__ import annotations

from valvomo.media.embedded import opus
from valvomo.media.embedded.board import MUSIC, PROMPT, Call, Switchboard
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet
from valvomo.media.embedded.sounds import Playing, Sound
from valvomo.media.port import Heard, Kind, Played

SECONDS = 0.02
SAMPLES = opus.RATE // 50


class Beat:
    """Of all calls of a process. `tune` is the music."""

    def __init__(self, board: Switchboard, tune: Sound) -> None:
        self._board = board
        self._tune = tune
        self._number = 0

    def step(self, due: float) -> None:
        """The next 20 ms, which are those from `due` on by the engine's clock."""
        self._number += 1
        at = self._number % len(self._tune)
        # Not all of them at a time, so that nobody waits for all the others.
        together = self._tune.together
        number, turn = divmod(self._number, together)
        music = _packet(self._tune.packet(number % len(self._tune)), number, together * SAMPLES)
        for leg in self._board.listening():
            if leg.own % together == turn:
                leg.hear(MUSIC, Kind.AUDIO, music, due)
        for call in list(self._board.calls.values()):
            if call.busy:
                self._call(call, due, at)

    def _call(self, call: Call, due: float, tune: int) -> None:
        played = self._played(call, due)
        frames = {leg_id: ear.next() for leg_id, ear in call.ears.items()}
        for line in call.lines:
            frames[line.id] = line.next()
            if line.connected and not line.lost and call.hears(line.id):
                self._board.forward(line, Kind.AUDIO, line.packet(frames[line.id]), due)
        at = due - call.began
        for line in call.lines:
            heard = [frames[one] for one in line.sources if one in frames]
            heard += [self._tune.plain(tune)] if line.music else []
            heard += [played[line.id]] if line.id in played else []
            line.say(heard, at)
        for tap in call.taps:
            if tap.leg_id in call.kept and tap.leg_id in frames:
                leg = call.legs[tap.leg_id]
                tap.flow.put(Heard(leg.call_id, leg.id, at, frames[tap.leg_id]))

    def _played(self, call: Call, due: float) -> dict[str, bytes]:
        """What is played to whom, as plain samples for those who have no browser."""
        found: dict[str, bytes] = {}
        for leg_id, playing in list(call.playing.items()):
            number = playing.step()
            leg = call.legs[leg_id]
            if number is None:
                self._over(call, leg_id, playing)
            elif isinstance(leg, Leg):
                leg.hear(
                    PROMPT, Kind.AUDIO, _packet(playing.sound.packet(number), self._number, SAMPLES), due
                )
            else:
                found[leg_id] = playing.sound.plain(number)
        return found

    def _over(self, call: Call, leg_id: str, playing: Playing) -> None:
        if call.playing.get(leg_id) is playing:
            del call.playing[leg_id]
            call.route()
            self._board.tell(Played(call.legs[leg_id].call_id, leg_id))


def _packet(payload: bytes, number: int, samples: int) -> Packet:
    """One of ours, the loudest there is; each of its kind lasts for so many samples."""
    return Packet(
        payload_type=0,
        marker=False,
        sequence=number % SEQUENCES,
        timestamp=number * samples % TIMESTAMPS,
        ssrc=0,
        payload=payload,
        level=0,
    )
