"""Channels put together: who opens accounts, who receives, and the jobs by which things come in and go out."""

from __future__ import annotations

from valvomo.addresses import networks_of
from valvomo.channels.vault import Vault
from valvomo.commands.channels.accounts import Opener
from valvomo.commands.channels.beginning import Beginning
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Executor
from valvomo.commands.switchboard import Switchboard
from valvomo.edge.parts import Channels, Parts
from valvomo.house_key import HouseKey, house_key
from valvomo.jobs.answer_mails import AnswerMails
from valvomo.jobs.arriving import Arriving
from valvomo.jobs.dispatching import Dispatching
from valvomo.jobs.enclosing import Enclosures
from valvomo.jobs.fetching import Fetching
from valvomo.jobs.listening import Listening
from valvomo.jobs.lost_telephones import LostTelephones
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.telling_places import TellingPlaces
from valvomo.settings import Settings


def vault_of(settings: Settings) -> Vault:
    """With the house's key; several processes at one database could not each make one for themselves."""

    def key() -> HouseKey | None:
        alone = settings.embedded or bool(settings.secret_key)
        return house_key(settings.secret_key, settings.data) if alone else None

    return Vault(key)


def channels_of(executor: Executor, settings: Settings) -> Channels:
    """What the edge asks of channels."""
    opener = Opener(vault_of(settings), settings.base_url, executor.database)
    return Channels(
        reception=Reception(executor.database, executor.bell, executor.clock, opener),
        setting_up=SettingUp(executor, opener, networks_of(settings.webhook_networks)),
        beginning=Beginning(executor, opener),
        switchboard=Switchboard(executor.database),
    )


def enclosures_of(parts: Parts, settings: Settings) -> Enclosures:
    """The files that leave the house."""
    files = parts.files
    return Enclosures(storage=files.storage, links=files.links, base_url=settings.base_url, clock=parts.clock)


def channel_jobs(parts: Parts, process_id: str, settings: Settings) -> tuple[Rounds, ...]:
    """What comes in and goes out over channels, and what the house says there by itself."""
    executor, opener, reception = parts.executor, parts.channels.setting_up.opener, parts.channels.reception
    allowed = networks_of(settings.webhook_networks)
    enclosures = enclosures_of(parts, settings)
    return (
        Arriving(executor, executor.bell, opener, allowed=allowed),
        Dispatching(
            executor, executor.bell, opener, process_id=process_id, allowed=allowed, enclosures=enclosures
        ),
        Fetching(executor, executor.bell, opener, parts.files.intake, allowed=allowed),
        AnswerMails(executor),
        Listening(executor, opener, reception, process_id=process_id, allowed=allowed),
        TellingPlaces(executor),
        LostTelephones(executor),
    )
