"""Every number that operators can see is explained, and every alert is about one that exists."""

import re
from typing import Any

import yaml
from prometheus_client import CollectorRegistry, ProcessCollector
from sources import ROOT

from valvomo.edge.families import FAMILIES

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `((?:valvomo|process)_\w+)` \| (\w+) \| [\w ]+ \| (.*?) \| .*\|$", re.MULTILINE)


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_every_metric_is_documented_and_no_other() -> None:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    process = {
        sample.name: family.type for family in registry.collect() for sample in family.samples
    }  # fmt: skip
    ours = {name: family.kind for name, family in FAMILIES.items()}
    assert {name: kind for name, kind, _ in ROW.findall(PAGE)} == ours | process
    for name, _, meaning in ROW.findall(PAGE):
        for label in FAMILIES[name].labels if name in FAMILIES else ():
            assert f"`{label}`" in meaning, f"{name}: {label}"


def test_names_follow_the_conventions() -> None:
    for name, family in FAMILIES.items():
        assert name.endswith("_total") == (family.kind == "counter"), name
        assert not re.search(r"_(ms|milliseconds|minutes|kb|mb|percent)(_|$)", name), name
        assert family.meaning.endswith("."), name
        if family.kind == "histogram":
            assert name.endswith(("_seconds", "_bytes")), name


def test_every_alert_is_about_a_metric_that_exists_and_is_documented() -> None:
    seen = set()
    for rule in rules():
        seen.add(rule["alert"])
        names = re.findall(r"\b(?:valvomo|process)_\w+", rule["expr"])
        assert names, rule
        for name in names:
            plain = re.sub(r"_(bucket|count|sum)$", "", name)
            family = FAMILIES[plain if plain in FAMILIES else name]
            assert name == plain or family.kind == "histogram", name
            labels = set(re.findall(r"(\w+)=~?\"", rule["expr"])) | set(
                re.findall(r"labels\.(\w+)", str(rule))
            )
            assert labels <= {*family.labels, "instance"}, rule["alert"]
        assert f"`{rule['alert']}`" in PAGE, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"]["summary"]
    assert set(re.findall(r"`(Valvomo\w+)`", PAGE)) == seen
