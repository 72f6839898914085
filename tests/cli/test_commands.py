"""The commands are there, say what they are for, and are imported only when they are asked for."""

import socket
import subprocess
import sys
from importlib import import_module

import pytest

from valvomo import cli
from valvomo.cli import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_list_says_of_a_command_is_what_it_says_itself(name: str) -> None:
    place, purpose = COMMANDS[name]
    module, _, function = place.partition(":")
    there = getattr(import_module(f"valvomo.cli.{module}"), function)
    assert (there.__doc__ or "").splitlines()[0] == purpose


def test_the_list_names_every_command_and_imports_none() -> None:
    asked = "import sys; from valvomo.cli import app; app('--help', result_action='return_value'); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert [name for name in COMMANDS if name not in said] == []
    modules = said.splitlines()[-1].split()
    places = {f"valvomo.cli.{place.partition(':')[0]}" for place, _ in COMMANDS.values()}
    assert not places.intersection(modules)
    assert {"litestar", "nats", "valvomo.edge.app"}.isdisjoint(modules)


def test_a_host_that_is_not_found_is_said_to_be_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lookup() -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(cli, "app", lookup)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "Name or service not known: correct VALVOMO_DATABASE_URL" in capsys.readouterr().err
