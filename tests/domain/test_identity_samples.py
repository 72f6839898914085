"""The code of docs/widget.md that sites copy to sign their visitors: each makes a token that is believed here."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sample_documents import code_of

from valvomo.domain.customers.identity import Identity, identity_of

ROOT = Path(__file__).parents[2]
SECRET, KEY = "vi_a-secret-of-a-site", "pk_page"
PERSON = ("4711", "Kaisa Niemi ÅÄÖ", "kaisa@example.com")


def believed(token: str) -> Any:
    return identity_of(token, (SECRET,), datetime.now(UTC), key=KEY)


def made_by(program: str, *arguments: str) -> str:
    """What a program says that a sample was put into."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_sample_in_python() -> None:
    names: dict[str, Any] = {}
    exec(code_of("widget.md", "python"), names)  # noqa: S102 - what readers are told to run
    token = names["identity"](SECRET, *PERSON)
    assert believed(token) == Identity(subject=PERSON[0], name=PERSON[1], email=PERSON[2])
    assert not isinstance(identity_of(token, ("other",), datetime.now(UTC), key=KEY), Identity)


def test_the_sample_in_javascript(tmp_path: Path) -> None:
    node = ROOT / ".build/node/bin/node"
    program = str(node) if node.exists() else shutil.which("node")
    if program is None:
        pytest.skip("there is no Node here")
    (tmp_path / "identity.mjs").write_text(code_of("widget.md", "js"), encoding="utf-8")
    call = f"console.log(identity({', '.join(json.dumps(one) for one in (SECRET, *PERSON))}))"
    script = tmp_path / "run.mjs"
    script.write_text(f"import {{ identity }} from './identity.mjs'\n{call}\n", encoding="utf-8")
    assert believed(made_by(program, str(script))) == Identity(
        subject=PERSON[0], name=PERSON[1], email=PERSON[2]
    )


def test_the_sample_in_php(tmp_path: Path) -> None:
    program = shutil.which("php")
    if program is None:
        pytest.skip("there is no PHP here")
    script = tmp_path / "run.php"
    call = f"echo identity({', '.join(json.dumps(one, ensure_ascii=False) for one in (SECRET, *PERSON))});"
    script.write_text(f"<?php\n{code_of('widget.md', 'php')}\n{call}\n", encoding="utf-8")
    assert believed(made_by(program, str(script))) == Identity(
        subject=PERSON[0], name=PERSON[1], email=PERSON[2]
    )


def test_the_samples_end_in_time() -> None:
    names: dict[str, Any] = {}
    exec(code_of("widget.md", "python"), names)  # noqa: S102 - what readers are told to run
    token = names["identity"](SECRET, *PERSON)
    late = datetime.fromtimestamp(time.time() + 2 * 3600, UTC)
    assert not isinstance(identity_of(token, (SECRET,), late, key=KEY), Identity)
