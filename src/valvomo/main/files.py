"""Where sent files are kept and how they are opened, as the settings say."""

from __future__ import annotations

from valvomo.commands.attachments.examining import Examination
from valvomo.commands.attachments.receiving import Intake
from valvomo.commands.execute import Executor
from valvomo.edge.parts import FileParts
from valvomo.files.clamav import ClamAV
from valvomo.files.links import Links
from valvomo.files.sealed import SealedFiles
from valvomo.house_key import house_key
from valvomo.main.reaching import storage_of
from valvomo.settings import Settings

PURPOSE = "file links"


def links_of(settings: Settings) -> Links:
    """Signed with a key of their own."""
    return Links(lambda: house_key(settings.secret_key, settings.data).derived(PURPOSE), settings.files_url)


def file_parts(settings: Settings, executor: Executor) -> FileParts:
    """With ClamAV where there is one."""
    storage = storage_of(settings)
    scanner = ClamAV(settings.clamav_url) if settings.clamav_url else None
    examination = Examination(executor, storage, scanner)
    intake = Intake(executor, storage, examination)
    return FileParts(
        intake=intake,
        examination=examination,
        storage=storage,
        links=links_of(settings),
        sealed=SealedFiles(storage, lambda: house_key(settings.secret_key, settings.data)),
        console=settings.base_url if settings.files_url else "'self'",
    )
