"""Where the operator has put what insight and voices need and the house does not bring."""

from __future__ import annotations

from valvomo.insight.choosing import Places
from valvomo.insight.speech.choosing import SpeechPlaces
from valvomo.settings import Settings
from valvomo.voices.choosing import VoicePlaces


def sentiment_places(settings: Settings) -> Places:
    """Of models that measure what customers feel."""
    return Places(
        url=settings.sentiment_url,
        model=settings.sentiment_model,
        key=settings.sentiment_key,
        path=settings.sentiment_path,
    )


def speech_places(settings: Settings) -> SpeechPlaces:
    """Of models that write down what is said."""
    return SpeechPlaces(
        url=settings.speech_url,
        model=settings.speech_model,
        key=settings.speech_key,
        path=str(settings.speech_path or ""),
    )


def voice_places(settings: Settings) -> VoicePlaces:
    """Of voices that speak to callers on a telephone."""
    return VoicePlaces(
        url=settings.voice_url,
        model=settings.voice_model,
        key=settings.voice_key,
        name=settings.voice_name,
        program=settings.voice_program,
    )
