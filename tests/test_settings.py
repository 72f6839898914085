"""Settings are read strictly, and a mistake is named."""

from pathlib import Path
from urllib.parse import quote

import pytest

from valvomo.settings import BadSettingsError, Settings, keys, load
from valvomo.sources import default_data_folder


def test_the_defaults_run_on_one_machine() -> None:
    settings = load({})
    assert settings.embedded
    assert settings.base_url == "http://127.0.0.1:8300"
    assert not settings.secure


def test_reads_the_environment() -> None:
    settings = load(
        {
            "VALVOMO_DATABASE_URL": "postgresql://u:p@h/d",
            "VALVOMO_DATA": "/srv/valvomo",
            "VALVOMO_POSTGRES_BIN": "",
            "VALVOMO_PORT": "9000",
            "VALVOMO_PUBLIC_URL": "https://desk.example.org/",
            "VALVOMO_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1",
            "VALVOMO_TEST_DATABASE_URL": "not ours",
            "HOME": "/root",
        }
    )
    assert settings.data == Path("/srv/valvomo")
    assert settings.postgres_bin is None
    assert settings.port == 9000
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.0.2.1")
    assert settings.base_url == "https://desk.example.org"
    assert settings.secure
    assert not settings.embedded


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "valvomo.toml"
    file.write_text('port = 9000\nlog_level = "debug"\ntrusted_proxies = ["10.0.0.0/8"]\n')
    settings = load({"VALVOMO_CONFIG": str(file), "VALVOMO_PORT": "9001"})
    assert (settings.port, settings.log_level, settings.trusted_proxies) == (9001, "debug", ("10.0.0.0/8",))


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("VALVOMO_PROT", "9000", "VALVOMO_PROT: is not a setting; did you mean VALVOMO_PORT?"),
        ("VALVOMO_WHATEVER_ELSE", "1", "VALVOMO_WHATEVER_ELSE: is not a setting"),
        ("VALVOMO_PORT", "tcp://10.0.0.1:80", "VALVOMO_PORT: Expected `int`"),
        ("VALVOMO_PORT", "70000", "VALVOMO_PORT: Expected `int` <= 65535"),
        ("VALVOMO_POOL_SIZE", "1", "VALVOMO_POOL_SIZE: Expected `int` >= 2"),
        ("VALVOMO_LOG_LEVEL", "loud", "VALVOMO_LOG_LEVEL: Invalid enum value"),
        ("VALVOMO_DATABASE_URL", "mysql://u:p@h/d", "VALVOMO_DATABASE_URL: must begin with postgres"),
        ("VALVOMO_PUBLIC_URL", "desk.example.org", "VALVOMO_PUBLIC_URL: must begin with http"),
        ("VALVOMO_PUBLIC_URL", "https://example.org/desk", "VALVOMO_PUBLIC_URL: must not have a path"),
        ("VALVOMO_TRUSTED_PROXIES", "proxy", "VALVOMO_TRUSTED_PROXIES: must be addresses"),
        ("VALVOMO_CONFIG", "/nowhere/valvomo.toml", "VALVOMO_CONFIG: /nowhere/valvomo.toml cannot be read"),
    ],
)
def test_a_bad_key_is_named(key: str, value: str, complaint: str) -> None:
    with pytest.raises(BadSettingsError) as caught:
        load({key: value})
    assert str(caught.value).startswith(complaint)


def test_a_bad_key_in_the_file_is_named_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "valvomo.toml"
    file.write_text("prot = 9000\nport = '9000x'\n")
    with pytest.raises(BadSettingsError) as caught:
        load({"VALVOMO_CONFIG": str(file)})
    first, second = str(caught.value).splitlines()
    assert first == f"{file} prot: is not a setting; did you mean port?"
    assert second.startswith(f"{file} port: Expected `int`")


def test_every_problem_is_reported_and_no_value() -> None:
    with pytest.raises(BadSettingsError) as caught:
        load({"VALVOMO_PORT": "hunter2", "VALVOMO_SESSION_HOURS": "0", "VALVOMO_X": "hunter2"})
    assert len(str(caught.value).splitlines()) == 3
    assert "hunter2" not in str(caught.value)


BAD_PASSWORDS = [
    "s3cr3t#pw",
    "s3cr3t/pw",
    "s3cr3t?pw",
    "s3cr3t@pw",
    "s3cr3t[pw",
    "s3cr3t pw",
    "12#s3cr3t",
    "12/s3cr3t",
]


@pytest.mark.parametrize("password", BAD_PASSWORDS)
@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("VALVOMO_DATABASE_URL", "postgresql://valvomo:{}@localhost/valvomo"),
        ("VALVOMO_DATABASE_URL", "postgresql://valvomo:{}@one:5432,two/valvomo?target_session_attrs=any"),
        ("VALVOMO_BUS_URL", "nats://valvomo:{}@localhost:4222"),
        ("VALVOMO_OTLP_URL", "http://valvomo:{}@localhost:4318"),
    ],
)
def test_a_password_that_breaks_its_url_is_refused_and_not_printed(key: str, url: str, password: str) -> None:
    with pytest.raises(BadSettingsError) as caught:
        load({key: url.format(password)})
    assert str(caught.value).startswith(
        f"{key}: its host or port cannot be read; percent-encode the password"
    )
    assert "s3cr3t" not in str(caught.value)
    whole = url.format(quote(password, safe=""))
    assert getattr(load({key: whole}), key.removeprefix("VALVOMO_").lower()) == whole


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://localhost:54x/valvomo",
        "postgresql://localhost:70000/valvomo",
        "postgresql://[::1/valvomo",
        "postgresql://one:1,two:s3cr3t/valvomo",
        "postgresql://localhost/valvomo?s3cr3t",
    ],
)
def test_an_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(BadSettingsError) as caught:
        load({"VALVOMO_DATABASE_URL": url})
    assert str(caught.value).startswith("VALVOMO_DATABASE_URL: its host or port")
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://", "https://desk.example.org:https", "https://a,b"])
def test_people_come_to_one_host(url: str) -> None:
    with pytest.raises(BadSettingsError) as caught:
        load({"VALVOMO_PUBLIC_URL": url})
    assert str(caught.value).startswith("VALVOMO_PUBLIC_URL: its host or port")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///valvomo?host=/run/postgresql",
        "postgresql://valvomo@/valvomo?host=/run/postgresql&port=5433",
        "postgresql://valvomo@[::1]:5432/valvomo",
        "postgresql://u:p%40%23@one.example:5432,two.example:5433/valvomo?sslmode=verify-full",
    ],
)
def test_addresses_that_the_driver_knows_are_taken(url: str) -> None:
    assert load({"VALVOMO_DATABASE_URL": url}).database_url == url


def test_passwords_are_not_shown() -> None:
    settings = Settings(database_url="postgresql://u:hunter2@h/d")
    assert "hunter2" not in repr(settings)
    assert settings.shown()["database_url"] == "postgresql://u:***@h/d"
    settings = Settings(database_url="postgresql://u@h/d?password=hunter2&sslmode=require")
    assert settings.shown()["database_url"] == "postgresql://u@h/d?password=***&sslmode=require"


def test_the_data_folder_of_an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert default_data_folder({"XDG_DATA_HOME": "/data"}) == Path("/data/valvomo")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_data_folder({}) == Path("/var/lib/valvomo")


def test_keys_are_the_environments_names() -> None:
    assert "VALVOMO_DATABASE_URL" in keys()
