"""How many speakers one process writes down as they speak, and how far behind the end of what they say.

python bench/speech.py --speakers 1,2,4 --seconds 60

Speakers say sentences (by espeak-ng) at the pace at which they are said, each with a pause after it, no two of them the
same; the house's own cutting finds where they end, and one process of its own writes them with the shipped model. An
utterance is behind by the time from the last sound of it to its words, so that the silence by which its end is known,
0.6 s, is in it. How much of what was said is written wrongly is no matter here.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path

from floor_processes import cpu_seconds, memory_bytes
from valvomo.domain.speech.choice import SpeechBackend
from valvomo.domain.speech.cutting import FRAME, RATE, SECONDS, Cutter, Utterance
from valvomo.domain.speech.waiting import Waiting
from valvomo.insight.speech.choosing import SpeechPlaces
from valvomo.insight.speech.port import Sound
from valvomo.insight.speech.processes import SpeechProcess

SENTENCES = (
    "I have been waiting for two weeks, and nobody has called me back.",
    "My invoice from last month is wrong, you have charged me twice.",
    "Could you please tell me when my order is going to arrive?",
    "I want to talk to a supervisor about this.",
    "Thank you, that was very helpful.",
)
PAUSE = 1.0
WARM_SECONDS = 10.0


@dataclass
class Found:
    """What was measured with so many speakers."""

    behind: list[float] = field(default_factory=list)
    speech: float = 0.0
    cutting: float = 0.0
    frames: int = 0
    waiting: Waiting[tuple[Utterance, float]] = field(default_factory=Waiting)
    more: asyncio.Event = field(default_factory=asyncio.Event)


def sentences(folder: Path) -> list[bytes]:
    """Each at 16 kHz, without silence around it."""
    found = []
    for text in SENTENCES:
        file = folder / "said.wav"
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", "160", "-w", str(file), text], check=True)  # noqa: S607
        with wave.open(str(file), "rb") as made:
            rate, samples = made.getframerate(), memoryview(made.readframes(made.getnframes())).cast("h")
        at = [samples[int(n * rate / RATE)] for n in range(int(len(samples) * RATE / rate))]
        found.append(b"".join(one.to_bytes(2, "little", signed=True) for one in at))
    return found


async def speak(found: Found, said: list[bytes], number: int, until: float) -> None:
    """One speaker, 20 ms at a time by the clock."""
    cutter, began, turn = Cutter(), time.monotonic() + 0.37 * number, number
    while time.monotonic() < until:
        sound = said[turn % len(said)] + bytes(FRAME * round((PAUSE + 0.1 * (number % 5)) / SECONDS))
        turn += 1
        for begin in range(0, len(sound) - FRAME + 1, FRAME):
            due = began + SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            at = time.process_time()
            for one in cutter.take(began, sound[begin : begin + FRAME]):
                found.waiting.add((one, one.ended - 0.2), len(one.pcm), time.monotonic())
                found.more.set()
            found.cutting += time.process_time() - at
            found.frames += 1
            began = due


async def write(found: Found, process: SpeechProcess, counted: float) -> None:
    """As `jobs/calls/writing.py` does, without a database."""
    while True:
        turn = found.waiting.take(time.monotonic())
        if turn is None:
            found.more.clear()
            await found.more.wait()
            continue
        said, ended = turn
        await process.write(SpeechBackend.WHISPER, Sound(pcm=said.pcm, language="en"))
        if ended > counted:
            found.behind.append(time.monotonic() - ended)
            found.speech += said.ended - said.began


async def measure(speakers: int, seconds: float, said: list[bytes]) -> None:
    """With so many of them for so long, after some seconds that are not counted."""
    found = Found()
    async with SpeechProcess.running(SpeechPlaces()) as process:
        await process.write(SpeechBackend.WHISPER, Sound(pcm=said[0], language="en"))
        counted = time.monotonic() + WARM_SECONDS
        until = counted + seconds
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(write(found, process, counted))
            talking = [group.create_task(speak(found, said, n, until)) for n in range(speakers)]
            await asyncio.sleep(WARM_SECONDS)
            before, pid = cpu_seconds(process.pid or 0), process.pid or 0
            for one in talking:
                await one
            used, memory = cpu_seconds(pid) - before, memory_bytes(pid)
            left = len(found.waiting)
            writing.cancel()
    behind = sorted(found.behind) or [0.0]
    print(
        f"| {speakers} | {len(found.behind)} | {found.speech:.0f} | {behind[len(behind) // 2]:.1f}"
        f" | {behind[int(0.95 * (len(behind) - 1))]:.1f} | {left} | {used / max(found.speech, 1):.2f}"
        f" | {used / max(len(found.behind), 1):.2f} | {memory / 2**20:.0f} MiB"
        f" | {1e6 * found.cutting / max(found.frames, 1):.0f} |"
    )


def main() -> None:
    """A line for each number of speakers."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--speakers", default="1,2,4")
    asked.add_argument("--seconds", type=float, default=60.0)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        said = sentences(Path(folder))
    print("| speakers | utterances | seconds said | behind p50 s | p95 s | left | CPU s a second | CPU s each |"
          " memory | us to cut a frame |\n|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip
    for speakers in map(int, options.speakers.split(",")):
        asyncio.run(measure(speakers, options.seconds, said))


if __name__ == "__main__":
    main()
