"""The files that an operator starts from: as much as can be looked at without the systems they are for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from sample_chart import rendered

from valvomo import __version__
from valvomo.settings import keys, load

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "valvomo"
LEAST_GRACE = 20
"""Seconds beyond draining that a process may take."""


def values_of(**more: Any) -> dict[str, Any]:
    """The chart's own, and what an operator must say."""
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return {**values, "trustedProxies": "10.1.2.0/28", **more}


@pytest.fixture
def objects() -> dict[tuple[str, str], dict[str, Any]]:
    """What the chart makes, by kind and name."""
    return by_name(values_of())


def by_name(values: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["kind"], one["metadata"]["name"]): one for one in rendered(CHART, values)}


def containers(objects: dict[tuple[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        container
        for one in objects.values()
        if one["kind"] in {"Deployment", "Job"}
        for container in one["spec"]["template"]["spec"]["containers"]
    ]


def test_the_chart_makes_what_it_is_for(objects: Any) -> None:
    assert set(objects) == {
        ("Deployment", "desk"), ("Service", "desk"), ("PodDisruptionBudget", "desk"), ("Ingress", "desk"),
        ("Job", "desk-migrate"), ("Job", "desk-migrate-post"), ("NetworkPolicy", "desk"),
    }  # fmt: skip
    pods = objects["Deployment", "desk"]["spec"]
    labels = pods["template"]["metadata"]["labels"]
    assert pods["selector"]["matchLabels"] == labels == objects["Service", "desk"]["spec"]["selector"]
    assert pods["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    ways = objects["Ingress", "desk"]["spec"]["rules"][0]["http"]["paths"]
    assert {one["backend"]["service"]["name"] for one in ways} == {"desk"}


def test_the_chart_s_pods_are_harmless_and_have_time_to_end(objects: Any) -> None:
    for one in containers(objects):
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {entry["name"] for entry in one.get("env", ())} <= {*keys(), "NODE_ADDRESS"}
    for kind in ("Deployment", "Job"):
        for (what, _), one in objects.items():
            if what == kind:
                spec = one["spec"]["template"]["spec"]
                assert spec["securityContext"]["runAsNonRoot"] is True
                assert spec["enableServiceLinks"] is False
    spec = objects["Deployment", "desk"]["spec"]["template"]["spec"]
    [drain] = [one for one in spec["containers"][0]["env"] if one["name"] == "VALVOMO_DRAIN_SECONDS"]
    assert spec["terminationGracePeriodSeconds"] >= 2 * float(drain["value"]) + LEAST_GRACE


def test_the_chart_migrates_in_halves(objects: Any) -> None:
    for name, hook, half in (
        ("desk-migrate", "pre-upgrade", "--pre"),
        ("desk-migrate-post", "post-upgrade", "--post"),
    ):
        job = objects["Job", name]
        assert hook in job["metadata"]["annotations"]["helm.sh/hook"]
        assert job["spec"]["template"]["spec"]["containers"][0]["args"][:2] == ["migrate", half]


def test_the_chart_without_an_ingress() -> None:
    values = values_of()
    values["ingress"]["host"] = ""
    assert "Ingress" not in {one["kind"] for one in rendered(CHART, values)}


def test_the_chart_s_calls_are_at_the_nodes(objects: Any) -> None:
    [server] = [one for one in containers(objects) if one["name"] == "valvomo"]
    assert [one["name"] for one in server["ports"]] == ["http"]
    assert not [one for one in server["env"] if "CALLS" in one["name"]]
    calls = {"enabled": True, "port": 8500, "addresses": "$(NODE_ADDRESS)"}
    made = by_name(values_of(calls=calls))
    [server] = [one for one in containers(made) if one["name"] == "valvomo"]
    [media] = [one for one in server["ports"] if one["name"] == "media"]
    assert media == {"name": "media", "containerPort": 8500, "hostPort": 8500, "protocol": "UDP"}
    names = [entry["name"] for entry in server["env"]]
    assert names.index("NODE_ADDRESS") < names.index("VALVOMO_CALLS_ADDRESSES"), (
        "what it is made of comes first"
    )
    said = {entry["name"]: entry["value"] for entry in server["env"] if "CALLS" in entry["name"]}
    read = load(said | {"VALVOMO_CALLS_ADDRESSES": "10.0.0.7"})
    assert (read.calls_processes, read.calls_host, read.calls_port) == (1, "0.0.0.0", 8500)  # noqa: S104
    people, media_way = made["NetworkPolicy", "desk"]["spec"]["ingress"]
    assert namespaces(people)
    assert media_way == {"ports": [{"protocol": "UDP", "port": "media"}]}


def test_the_chart_s_pods_share_files_and_key() -> None:
    def from_secret(made: Any) -> set[str]:
        [server] = [one for one in containers(made) if one["name"] == "valvomo"]
        return {one["name"] for one in server["env"] if "secretKeyRef" in one.get("valueFrom", {})}

    needed = {"VALVOMO_DATABASE_URL", "VALVOMO_SECRET_KEY"}
    assert from_secret(by_name(values_of())) == {*needed, "VALVOMO_FILES_STORE"}
    made = by_name(values_of(files={"claim": "shared"}))
    assert from_secret(made) == needed
    spec = made["Deployment", "desk"]["spec"]["template"]["spec"]
    assert {"name": "files", "persistentVolumeClaim": {"claimName": "shared"}} in spec["volumes"]
    mounts = {one["name"]: one["mountPath"] for one in spec["containers"][0]["volumeMounts"]}
    assert mounts["files"] == f"{mounts['data']}/files"


def test_the_chart_sets_every_setting_that_it_is_given() -> None:
    given = {"VALVOMO_POOL_SIZE": 20, "VALVOMO_LOG_LEVEL": 'a "b"'}
    found = [
        {entry["name"]: entry.get("value") for entry in one["env"]}
        for one in containers(by_name(values_of(settings=given)))
    ]
    assert len(found) == 3, "the pods and both jobs"
    for one in found:
        assert one["VALVOMO_POOL_SIZE"] == "20"
        assert one["VALVOMO_LOG_LEVEL"] == 'a "b"'


def test_the_chart_trusts_nobody_by_itself(objects: Any) -> None:
    """Every pod of a cluster can reach every other one, unless a policy says otherwise."""
    with pytest.raises(ValueError, match="trustedProxies"):
        by_name(values_of(trustedProxies=""))
    with pytest.raises(ValueError, match="trustedProxies"):
        by_name(yaml.safe_load((CHART / "values.yaml").read_text()))
    policy = objects["NetworkPolicy", "desk"]["spec"]
    assert policy["podSelector"] == objects["Deployment", "desk"]["spec"]["selector"]
    [way] = policy["ingress"]
    assert namespaces(way) == ["ingress-nginx", "monitoring"]
    alone = by_name(values_of(network={"ingressNamespace": "front", "monitoringNamespace": ""}))
    assert namespaces(alone["NetworkPolicy", "desk"]["spec"]["ingress"][0]) == ["front"]
    [server] = [one for one in containers(objects) if one["name"] == "valvomo"]
    [networks] = [entry["value"] for entry in server["env"] if entry["name"] == "VALVOMO_METRICS_NETWORKS"]
    assert load({"VALVOMO_METRICS_NETWORKS": networks}).metrics_networks == ()


def namespaces(way: dict[str, Any]) -> list[str]:
    return [one["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for one in way["from"]]


def test_versions_agree() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert {chart["version"], chart["appVersion"], values["image"]["tag"]} == {__version__}


def test_compose_names_real_settings_and_gives_time_to_end() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for name in ("one", "two", "migrate"):
        service = compose["services"][name]
        assert set(service["environment"]) <= {*keys(), "PGPASSWORD"}
        assert "POSTGRES_PASSWORD" not in service["environment"]["VALVOMO_DATABASE_URL"], (
            "it is not encoded there"
        )
        assert service["stop_grace_period"] == "40s"
        assert service["volumes"] == ["kept:/var/lib/valvomo"], "every server opens what another has kept"
        assert service["environment"]["VALVOMO_SECRET_KEY"].startswith("${VALVOMO_SECRET_KEY:?")
        assert set(service["depends_on"]) <= set(compose["services"])
    ports = {}
    for name in ("one", "two"):
        service = compose["services"][name]
        ports[name] = service["environment"]["VALVOMO_CALLS_PORT"]
        assert service["ports"] == [f"{ports[name]}:{ports[name]}/udp"], "browsers are told the port inside"
    assert len(set(ports.values())) == len(ports)
    [source] = [compose["configs"][one["source"]] for one in compose["services"]["proxy"]["configs"]]
    shipped = (ROOT / "deploy" / "proxy" / "Caddyfile").read_text().split()
    for word in source["content"].replace("one:8300 two:8300", "127.0.0.1:8300 127.0.0.1:8301").split():
        assert word in shipped or "VALVOMO_HOSTNAME" in word, f"{word}: not as in the tested Caddyfile"


def test_the_dockerfile_does_what_was_replayed() -> None:
    """Each step of the image is one of `deploy/replay.sh`, so what was tried is what is built."""
    image, replay = (ROOT / "Dockerfile").read_text(), (ROOT / "deploy" / "replay.sh").read_text()
    for step in (
        "uv==0.13.9",
        "export --frozen --no-dev --extra sentiment --extra calls --extra telephone --no-emit-project",
        "--no-emit-project --quiet -o locked.txt",
        "--require-hashes -r locked.txt", "--no-deps -w dist .", "--no-deps dist/valvomo-*.whl",
    ):  # fmt: skip
        assert step in image
        assert step in replay
    assert "USER 8300:8300" in image
    assert "HEALTHCHECK" in image


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd's own judge is not here")
def test_the_unit_is_understood_and_closed(tmp_path: Path) -> None:
    shipped = (ROOT / "deploy" / "systemd" / "valvomo@.service").read_text()
    unit = tmp_path / "valvomo@8300.service"
    unit.write_text(shipped.replace("/opt/valvomo/bin/valvomo", shutil.which("true") or "/bin/true"))
    said = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr.replace("\n", "")) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-500:]
