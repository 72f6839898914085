"""Renders the part of Helm's template language that our chart uses, and no more.

That is values, `quote`, `required`, `add`, `mul`, `if`, `if not`, and `range` over a map.

There is no Helm to be had where the tests run. Whatever this does not know is an error and not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_ACTION = re.compile(r"\{\{ (.+?) \}\}")
_RANGE = re.compile(r"\{\{ range \$key, \$value := (\S+) \}\}(.*?)\{\{ end \}\}", re.DOTALL)
_REQUIRED = re.compile(r'required "([^"]+)" (\S+)')
_IF = re.compile(r"^ *\{\{ if (not )?(\S+) \}\}\n(.*?)^ *\{\{ end \}\}\n", re.DOTALL | re.MULTILINE)


def rendered(chart: Path, values: Mapping[str, Any], release: str = "desk") -> list[dict[str, Any]]:
    """Every object that the chart makes."""
    scope = {"Values": values, "Release": {"Name": release}}
    found: list[dict[str, Any]] = []
    for path in sorted((chart / "templates").glob("*.yaml")):
        text = _RANGE.sub(lambda match: _each(match[2], _value(match[1], scope)), path.read_text())
        text = _IF.sub(
            lambda match: match[3] if bool(_value(match[2], scope)) is not bool(match[1]) else "", text
        )
        text = _ACTION.sub(lambda match: _evaluated(match[1], scope), text)
        assert "{{" not in text.replace("{{ }}", ""), path
        found += [one for one in yaml.safe_load_all(text) if one is not None]
    return found


def _each(body: str, found: Mapping[str, Any]) -> str:
    """The body once for each entry, in the order of the keys."""
    return "".join(
        body.replace("{{ $key }}", key).replace("{{ $value | quote }}", _quoted(found[key]))
        for key in sorted(found)
    )


def _quoted(value: Any) -> str:
    return '"' + str(value).replace('"', '\\"') + '"'


def _evaluated(expression: str, scope: Mapping[str, Any]) -> str:
    words, _, function = expression.partition(" | ")
    if needed := _REQUIRED.fullmatch(words):
        value = _value(needed[2], scope)
        if value in {None, ""}:
            raise ValueError(needed[1])
    else:
        value = _arithmetic(words, scope)
    if function == "quote":
        return _quoted(value)
    assert not function, function
    return str(value)


def _arithmetic(words: str, scope: Mapping[str, Any]) -> Any:
    inner = re.search(r"\(([^()]+)\)", words)
    if inner:
        return _arithmetic(words.replace(inner[0], str(_arithmetic(inner[1], scope))), scope)
    name, *arguments = words.split()
    if not arguments:
        return _value(name, scope)
    one, other = (int(_value(word, scope)) for word in arguments)
    return {"add": one + other, "mul": one * other}[name]


def _value(word: str, scope: Mapping[str, Any]) -> Any:
    if word.isdigit():
        return int(word)
    assert word.startswith("."), word
    found: Any = scope
    for key in word[1:].split("."):
        found = found[key]
    return found
