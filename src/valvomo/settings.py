"""What an operator may set: environment variables ``VALVOMO_*`` and, beneath them, one optional TOML file.

``VALVOMO_CONFIG`` names the file, whose keys are the same names in lower case without the prefix; the
environment wins. A key that is unknown or malformed stops the start and is named: a setting that was silently
ignored is found out at the worst moment. ``docs/settings.md`` explains every one of them.
"""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from valvomo import sources
from valvomo.addresses import check_network, check_store, check_url
from valvomo.house_key import keys_of
from valvomo.media.janus import listed

_SECRETS = {"metrics_token", "secret_key", "sentiment_key", "speech_key", "turn_secret", "voice_key"}
_SHORTEST_TOKEN = 16


class BadSettingsError(Exception):
    """Settings that cannot be used; one line for each, each naming its key and never its value."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of one process; the defaults run everything on one machine."""

    database_url: str = ""
    """A PostgreSQL server, ``postgresql://user:password@host/database``; empty starts the embedded one."""

    data: Path = msgspec.field(default_factory=lambda: sources.default_data_folder(os.environ))
    """The folder for everything this installation keeps outside of a database server."""

    secret_key: str = ""
    """What this house signs and encrypts with: 32 bytes in base64; empty keeps one in the data folder."""

    postgres_bin: Path | None = None
    """The ``bin`` folder of another PostgreSQL for the embedded server; None takes the bundled one."""

    pool_size: Annotated[int, Meta(ge=2, le=1000)] = 10
    """The most connections that this process opens to the database at a time."""

    bus_url: str = ""
    """A NATS server or several, ``nats://user:password@host:4222``; empty rings by the database."""

    bus_prefix: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\Z", max_length=60)] = (
        "valvomo"
    )
    """What every subject on the bus begins with, so that installations can share a server."""

    bus_credentials: Path | None = None
    """A NATS credentials file, instead of a user in the URL."""

    bus_ca: Path | None = None
    """Certificates that sign the NATS server's own, instead of the system's; with ``tls://``."""

    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    """The address to listen on; loopback, because encryption is a proxy's work."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8300
    """The port to listen on; 0 takes a free one."""

    public_url: str = ""
    """The address people use, such as ``https://desk.example.org``; empty derives it from host and port."""

    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks whose ``X-Forwarded-*`` headers are believed."""

    drain_seconds: Annotated[float, Meta(ge=0, le=600)] = 5.0
    """How long a process that is told to end goes on answering, unready, and then takes to hand its readers over."""

    inspection_share: Annotated[float, Meta(gt=0, le=1)] = 0.02
    """The part of one processor's time in which what is stored is proved, database included."""

    replay_days: Annotated[int, Meta(ge=1, le=3660)] = 90
    """Days for which the floor can be shown as it was."""

    insight_processes: Annotated[int, Meta(ge=0, le=64)] = 1
    """Processes that this one starts to measure sentiment and language; 0 leaves that to `valvomo insight`."""

    sentiment_url: str = ""
    """An endpoint that speaks OpenAI's chat completions, such as ``http://127.0.0.1:8000/v1``, for sentiment."""

    sentiment_model: str = ""
    """The model of that endpoint."""

    sentiment_key: str = ""
    """What that endpoint wants as a bearer token."""

    sentiment_path: Path | None = None
    """A folder with a sentiment model of your own (docs/sentiment.md)."""

    speech_processes: Annotated[int, Meta(ge=0, le=64)] = 1
    """Processes beside one that carries calls, to write down what is said; 0 writes nothing down."""

    speech_url: str = ""
    """An endpoint that speaks OpenAI's transcriptions, such as ``http://127.0.0.1:8000/v1``."""

    speech_model: str = ""
    """The model of that endpoint."""

    speech_key: str = ""
    """What that endpoint wants as a bearer token."""

    speech_path: Path | None = None
    """A folder with models of your own that write down what is said (docs/speech.md)."""

    voice_url: str = ""
    """An endpoint that speaks OpenAI's speech, such as ``http://127.0.0.1:8000/v1``, to callers on a telephone."""

    voice_model: str = ""
    """The model of that endpoint."""

    voice_key: str = ""
    """What that endpoint wants as a bearer token."""

    voice_name: str = ""
    """Whose voice, by that endpoint's own name; empty for its usual one."""

    voice_program: str = "espeak-ng"
    """The name or path of espeak-ng, which speaks where there is no endpoint, or that fails; empty for none."""

    calls_processes: Annotated[int, Meta(ge=0, le=64)] = 0
    """Processes of this one that carry calls, one for each core that they may have; they need the extra ``calls``."""

    calls_host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    """The address on which they listen for media, by UDP; ``0.0.0.0`` is all of this machine's."""

    calls_port: Annotated[int, Meta(ge=0, le=65535)] = 8400
    """The port of the first of them; each of the others has the next one. 0 takes free ones."""

    calls_addresses: tuple[str, ...] = ()
    """The addresses at which browsers reach them, behind a translation of addresses those of its outside."""

    calls_janus: Path | None = None
    """A file that names Janus servers by which browsers' calls are carried, and their secrets (docs/janus.md)."""

    turn_urls: tuple[str, ...] = ()
    """TURN servers that pass media on where nothing gets through, ``turns:turn.example.org:443?transport=tcp``."""

    turn_secret: str = ""
    """The secret that they share with this house (coturn's ``static-auth-secret``)."""

    session_hours: Annotated[int, Meta(ge=1, le=744)] = 12
    """Hours after which a console sign-in ends."""

    customer_pace: Annotated[int, Meta(ge=1, le=10_000)] = 10
    """Messages a second that a customer may write in the long run, and ten times as many at once."""

    customers_per_address: Annotated[int, Meta(ge=1, le=1_000_000)] = 1000
    """Live connections that customers may have from one address, unless it is a trusted proxy's own."""

    smtp_url: str = ""
    """The mail server that letters of this house go through, ``smtp://user:password@host:587``; empty sends none."""

    mail_from: Annotated[str, Meta(pattern=r"^[^@\s<>]+@[^@\s<>]+\Z", max_length=254)] = "valvomo@localhost"
    """The address that they come from."""

    files_store: str = ""
    """Where sent files are kept: ``s3://key:secret@bucket/prefix?endpoint=…&region=…``; empty is the data folder."""

    files_url: str = ""
    """The address under which sent files are opened, such as ``https://files.example.org``; empty is this one."""

    clamav_url: str = ""
    """ClamAV's daemon, ``tcp://host:3310`` or ``unix:///its/socket``, that looks into sent files; empty asks nobody."""

    webhook_networks: tuple[str, ...] = ()
    """Private addresses or networks that webhooks may reach; without them only public addresses."""

    metrics_networks: tuple[str, ...] = ("127.0.0.0/8", "::1")
    """Addresses or networks that may read ``/metrics``."""

    metrics_token: str = ""
    """What a reader of ``/metrics`` must carry as a bearer token; then it may come from anywhere."""

    otlp_url: str = ""
    """Where traces are sent by OTLP over HTTP, such as ``http://127.0.0.1:4318``; empty traces nothing."""

    otlp_share: Annotated[float, Meta(ge=0, le=1)] = 1.0
    """The share of traces that are recorded, of those that begin here."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severity that is logged."""

    log_format: Literal["console", "json"] = "console"
    """``console`` for people, ``json`` for collectors."""

    def __post_init__(self) -> None:
        """Check what a type alone cannot say; raises `ValueError` beginning with the key."""
        check_url("database_url", self.database_url, {"postgresql", "postgres"})
        check_url("smtp_url", self.smtp_url, {"smtp", "smtps"})
        for one in self.bus_url.split(","):
            check_url("bus_url", one.strip(), {"nats", "tls"})
        for key in ("otlp_url", "sentiment_url", "speech_url", "voice_url", "public_url"):
            check_url(key, getattr(self, key), {"http", "https"})
        self._check_files()
        for key in ("public_url", "files_url"):
            if urlsplit(getattr(self, key)).path.strip("/"):
                raise ValueError(f"{key}: must not have a path")
        for key in ("trusted_proxies", "webhook_networks", "metrics_networks"):
            for network in getattr(self, key):
                check_network(key, network)
        if self.secret_key:
            try:
                keys_of(self.secret_key)
            except ValueError as error:
                raise ValueError(f"secret_key: {error}") from error
        self._check_calls()
        if 0 < len(self.metrics_token) < _SHORTEST_TOKEN:
            raise ValueError(f"metrics_token: must have at least {_SHORTEST_TOKEN} characters")

    def _check_calls(self) -> None:
        carries = self.calls_processes or self.calls_janus
        if carries and find_spec("aiortc") is None:
            raise ValueError("calls_processes: needs the extra `calls`: pip install 'valvomo[calls]'")
        if self.calls_janus is not None:
            listed.servers(self.calls_janus)
        if carries and self.calls_host in ("0.0.0.0", "::") and not self.calls_addresses:  # noqa: S104
            raise ValueError(
                "calls_addresses: must say where browsers reach an engine that listens everywhere"
            )
        if self.turn_urls and not self.turn_secret:
            raise ValueError("turn_secret: must be set with turn_urls")

    def _check_files(self) -> None:
        check_url("files_url", self.files_url, {"http", "https"})
        check_store("files_store", self.files_store)
        if not self.clamav_url.startswith("unix:///"):
            check_url("clamav_url", self.clamav_url, {"tcp"})
        if self.files_store and self.database_url and not self.secret_key:
            raise ValueError("secret_key: must be set, and the same for all processes, with files_store")

    @property
    def embedded(self) -> bool:
        """Whether the database is our own child process."""
        return not self.database_url

    @property
    def base_url(self) -> str:
        """Where people find us, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people come over TLS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    def shown(self) -> dict[str, str]:
        """The settings for a log or a screen, passwords left out."""
        shown = {key: sources.without_password(str(getattr(self, key))) for key in self.__struct_fields__}
        shown |= dict.fromkeys((key for key in _SECRETS if getattr(self, key)), "***")
        shown["bus_url"] = sources.without_token(shown["bus_url"])
        return shown

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{key}={value!r}' for key, value in self.shown().items())})"


def keys() -> tuple[str, ...]:
    """The names of all settings, as in the environment."""
    return tuple(sources.PREFIX + field.upper() for field in Settings.__struct_fields__)


def load(environ: Mapping[str, str]) -> Settings:
    """The settings of this process; raises `BadSettingsError` with every problem at once."""
    try:
        written = list(sources.from_file(environ.get("VALVOMO_CONFIG", "")))
    except ValueError as error:
        raise BadSettingsError(str(error)) from error
    named = [
        *((f"{path} {key}", key, value) for path, key, value in written),
        *((key, sources.named(key), value) for key, value in sources.from_environment(environ)),
    ]
    types, values, problems = get_type_hints(Settings, include_extras=True), {}, []
    for shown, key, value in named:
        if key not in types:
            meant = sources.suggestion(shown, key, Settings.__struct_fields__)
            problems.append(f"{shown}: is not a setting{meant}")
            continue
        try:
            values[key] = sources.converted(value, types[key])
        except msgspec.ValidationError as error:
            problems.append(f"{shown}: {error}")
    if not problems:
        try:
            return Settings(**values)
        except ValueError as error:
            key, _, why = str(error).partition(":")
            problems.append(f"{sources.PREFIX}{key.upper()}:{why}")
    raise BadSettingsError("\n".join(problems))
