"""A call as both of its simulated people know it: who is in it, and what is said next."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from valvomo.demo.calling.leg import Leg
from valvomo.demo.calling.script import Both, Holds, Kind, Says, script
from valvomo.demo.calling.voices import Voice, Voices
from valvomo.demo.people.http import Http
from valvomo.demo.people.matters import Matter, language

BREATH = (0.3, 1.1)
"""Seconds before somebody answers."""


@dataclass(slots=True, eq=False)
class Talk:
    """What a customer calls about and how that goes. `caller` is their leg once they are in."""

    name: str
    code: str
    matter: Matter
    kind: Kind
    voice: Voice
    caller: Leg | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Switchboard:
    """Calls of simulated customers by conversation, so that the agents who get them know what to say."""

    voices: Voices
    dice: random.Random
    talks: dict[str, Talk] = field(default_factory=dict)


@dataclass(slots=True)
class Speaker:
    """The agent's side of one call: their leg, their voice, and how they act in it."""

    leg: Leg
    voice: Voice
    name: str
    http: Http
    conversation: str


async def speak(board: Switchboard, talk: Talk, agent: Speaker) -> None:
    """From the greeting to the last word, both sides in turn."""
    talk.begun.set()
    steps = script(language(talk.code), talk.matter, (talk.name, agent.name), talk.kind, board.dice)
    for step in steps:
        await asyncio.sleep(board.dice.uniform(*BREATH))
        match step:
            case Says(text, agent=True):
                await _say(board, agent.leg, agent.voice, text)
            case Says(text):
                await _say(board, talk.caller, talk.voice, text)
            case Both(customer, spoken):
                async with asyncio.TaskGroup() as group:
                    group.create_task(_say(board, talk.caller, talk.voice, customer))
                    group.create_task(_say(board, agent.leg, agent.voice, spoken))
            case Holds(seconds):
                await agent.http.post(f"/api/v1/conversations/{agent.conversation}/hold", {})
                await asyncio.sleep(seconds)
                await agent.http.post(f"/api/v1/conversations/{agent.conversation}/unhold", {})


async def _say(board: Switchboard, leg: Leg | None, voice: Voice, text: str) -> None:
    if leg is not None:
        await leg.say(await board.voices.packets(voice, text))
