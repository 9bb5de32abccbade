"""`compose.yaml` cannot be run here: it is held against what the services need and what the program has."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from jumou.cli.main import app
from jumou.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
CADDY = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
OURS = [name for name in SERVICES if SERVICES[name]["image"] == "jumou:local"]
JUMOU = [name for name in OURS if name != "chroma"]


def test_there_are_two_of_everything_that_people_wait_for() -> None:
    assert set(SERVICES) == {"postgres", "chroma", "api1", "api2", "worker1", "worker2", "proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_bounded_and_nobodys_root(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"
    assert str(service["user"]).split(":")[0] not in ("", "0", "root")
    assert service["cap_drop"] == ["ALL"]
    limits = service["deploy"]["resources"]["limits"]
    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[mg]", limits["memory"])


@pytest.mark.parametrize("name", JUMOU)
def test_processes_of_ours_wait_for_their_stores_keep_accounts_and_share_one_corpus(name: str) -> None:
    service = SERVICES[name]
    assert service["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "chroma": {"condition": "service_healthy"},
    }
    environment = service["environment"]
    assert environment["JUMOU_ACCOUNTS"] == "true"
    assert environment["JUMOU_DATABASE_URL"].startswith("postgresql://")
    assert environment["JUMOU_CHROMA_URL"] == "http://chroma:8000"
    assert service["env_file"] == ".env"
    assert "ports" not in service


@pytest.mark.parametrize("name", JUMOU)
def test_each_has_a_home_of_its_own_and_may_write_nowhere_else(name: str) -> None:
    assert SERVICES[name]["volumes"] == [f"{name}:/var/lib/jumou"]
    assert SERVICES[name]["read_only"] is True


def test_every_variable_of_ours_is_a_setting() -> None:
    known = {f"JUMOU_{field.upper()}" for field in Settings.model_fields}
    named = {key for name in OURS for key in SERVICES[name].get("environment", {}) if key.startswith("JUMOU_")}
    named |= set(re.findall(r"^(JUMOU_\w+)=", EXAMPLE, re.MULTILINE))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", JUMOU)
def test_every_command_is_one_of_the_command_line(name: str) -> None:
    program, command, *arguments = SERVICES[name]["command"]
    assert program == "jumou"
    group = get_command(app)
    found = group.commands[command]  # type: ignore[attr-defined]
    assert found.make_context(command, list(arguments)).params


def test_the_health_of_a_worker_is_asked_where_it_listens() -> None:
    for name in JUMOU:
        arguments = SERVICES[name]["command"]
        option = "--port" if name.startswith("api") else "--health-port"
        assert f":{arguments[arguments.index(option) + 1]}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]


def test_secrets_come_from_the_env_file_and_the_example_names_every_variable() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked <= set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
    for secret in ("POSTGRES_PASSWORD", "STICKY_SECRET"):
        assert re.search(rf"^{secret}=$", EXAMPLE, re.MULTILINE)
        assert f"${{{secret}:?" in text
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_volumes_and_networks_are_declared_and_only_the_proxy_is_reached_from_outside() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert {network for service in SERVICES.values() for network in service["networks"]} == set(COMPOSE["networks"])
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["proxy"]


def test_the_proxy_keeps_a_page_at_one_server_and_knows_both() -> None:
    assert "lb_policy cookie" in CADDY
    backends = re.search(r"reverse_proxy ([^{]+)\{", CADDY)
    assert backends is not None
    assert backends[1].split() == [f"{name}:8000" for name in SERVICES if name.startswith("api")]
    assert "health_uri /readyz" in CADDY
    for port in SERVICES["proxy"]["ports"]:
        assert f"_port {port.split(':')[1]}" in CADDY


def test_the_image_installs_what_several_machines_need() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = set(
        re.findall(
            r"requirements/[\w.]+\.txt", next(line for line in dockerfile.splitlines() if line.startswith("COPY req"))
        )
    )
    installed = set(re.findall(r"-r (requirements/[\w.]+\.txt)", dockerfile))
    assert installed == copied
    assert "requirements/postgres.lock.txt" in installed
