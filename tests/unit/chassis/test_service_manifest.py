"""Manifests: one reader, whose every complaint names the file and the key."""

from pathlib import Path

import pytest
import yaml

from language.yaml_fields import DataFileError
from services.chassis.service_manifest import ROOT, manifests, read_manifest, services_for, usual, with_dependencies

Fields = dict[str, object]


def fields(name: str, port: int, **more: object) -> Fields:
    service = f"boumbapp.{name}.v2.{name.title()}Service"
    return {"service": service, "summary": "does it", "default_address": f"127.0.0.1:{port}", **more}


def repository(tmp_path: Path, services: dict[str, Fields]) -> Path:
    for name, content in services.items():
        folder = tmp_path / "services" / name
        folder.mkdir(parents=True)
        (folder / "service.yaml").write_text(yaml.safe_dump(content))
    return tmp_path


def test_every_folder_with_a_program_has_a_manifest() -> None:
    programs = {path.parent.name for path in (ROOT / "services").glob("*/main.py")}
    assert set(manifests()) == programs


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    (one,) = manifests(repository(tmp_path, {"kazoo": fields("kazoo", 1)})).values()
    assert (one.name, one.file, one.service) == ("kazoo", "kazoo/service.yaml", "boumbapp.kazoo.v2.KazooService")
    assert (one.depends_on, one.optional_depends_on, one.public, one.secrets) == ((), (), {}, ())
    assert (one.optional, one.start_timeout_s, one.environment, one.replicas) == (False, None, "", 1)


def test_what_is_said_is_read(tmp_path: Path) -> None:
    kazoo = fields(
        "kazoo",
        2,
        depends_on=["drone"],
        optional_depends_on=["reeds"],
        optional=True,
        start_timeout_s=60,
        environment="heavy-one",
        replicas=3,
        public={"Info": {}, "Hum": {"large": True}},
        secrets=["BOUMB_KAZOO_KEY"],
        engines={"loud": {"needs": ["reeds"]}},
        single_caller={"BOUMB_KAZOO_WORKERS": "0"},
    )
    found = manifests(repository(tmp_path, {"kazoo": kazoo, "drone": fields("drone", 1), "reeds": fields("reeds", 3)}))
    one = found["kazoo"]
    assert (one.depends_on, one.optional_depends_on, one.secrets) == (("drone",), ("reeds",), ("BOUMB_KAZOO_KEY",))
    assert (one.optional, one.start_timeout_s, one.environment, one.replicas) == (True, 60, "heavy-one", 3)
    assert one.public == {"Info": False, "Hum": True}
    assert one.single_caller == {"BOUMB_KAZOO_WORKERS": "0"}
    assert list(found) == ["drone", "kazoo", "reeds"], "in the order of their addresses"
    assert usual(found) == ("drone", "reeds")
    assert services_for(found, "kazoo") == ("drone", "kazoo")
    assert services_for(found, "kazoo", "loud") == ("drone", "kazoo", "reeds")
    assert with_dependencies(found, ["reeds"]) == ("reeds",)


WRONG: list[tuple[Fields, str]] = [
    ({"default_address": None}, "default_address: a text is needed"),
    ({"default_address": "nowhere"}, "default_address: host:port or unix:/path is needed, not 'nowhere'"),
    ({"default_address": "h:0"}, "default_address: a port from 1"),
    ({"default_address": "h:70000"}, "default_address: a port from 1"),
    ({"default_address": 50051}, "default_address: a text is needed"),
    ({"service": "KazooService"}, "service: a full name"),
    ({"service": "boumbapp.kazoo.v2"}, "service: a full name"),
    ({"summary": ""}, "summary: a text is needed"),
    ({"depends_on": "drone"}, "depends_on: a list of texts is needed"),
    ({"depends_on": ["nobody"]}, "depends_on: there is no service 'nobody'; there are: drone, kazoo"),
    ({"optional_depends_on": ["nobody"]}, "optional_depends_on: there is no service 'nobody'"),
    ({"depends_on": ["kazoo"]}, "depends_on: a service does not depend on itself"),
    ({"engines": {"loud": {"needs": ["nobody"]}}}, "engines.loud.needs: there is no service 'nobody'"),
    ({"engines": {"loud": {"needs": ["drone"]}}}, "engines.loud.needs: drone is not among its dependencies"),
    ({"engines": {"loud": {"need": ["drone"]}}}, "engines.loud: need: no such field"),
    ({"optional": "yes"}, "optional: true or false is needed"),
    ({"start_timeout_s": 0.5}, "start_timeout_s: a number from 1"),
    ({"start_timeout_s": "long"}, "start_timeout_s: a number from 1"),
    ({"start_timeout_s": float("inf")}, "start_timeout_s: a number from 1"),
    ({"start_timeout_s": float("nan")}, "start_timeout_s: a number from 1"),
    ({"environment": "../elsewhere"}, "environment: the name of a file of requirements/ is needed"),
    ({"replicas": 0}, "replicas: a number from 1 to 64 is needed"),
    ({"replicas": 1.5}, "replicas: a whole number is needed"),
    ({"public": ["Info"]}, "public: a mapping of named fields is needed"),
    ({"public": {"Info": {"big": True}}}, "public.Info: big: no such field"),
    ({"public": {"Info": {"large": "yes"}}}, "public.Info: large: true or false is needed"),
    ({"secrets": ["a key"]}, "secrets: 'a key' is no name of a variable"),
    ({"single_caller": {"workers": "0"}}, "single_caller: 'workers' is no name of a variable"),
    ({"single_caller": {"BOUMB_KAZOO_WORKERS": 0}}, "single_caller: BOUMB_KAZOO_WORKERS: a text is needed"),
    ({"adress": "h:1"}, "adress: no such field"),
    ({"default_address": "127.0.0.1:1"}, "default_address: 127.0.0.1:1 is drone's"),
    ({"service": "boumbapp.drone.v2.DroneService"}, "service: boumbapp.drone.v2.DroneService is drone's"),
]


@pytest.mark.parametrize(("change", "complaint"), WRONG, ids=[complaint for _, complaint in WRONG])
def test_every_mistake_names_the_file_and_the_key(tmp_path: Path, change: Fields, complaint: str) -> None:
    services = {"drone": fields("drone", 1), "kazoo": fields("kazoo", 2) | change}
    with pytest.raises(DataFileError) as error:
        manifests(repository(tmp_path, services))
    assert str(error.value).startswith("kazoo/service.yaml: ")
    assert complaint in str(error.value)


@pytest.mark.parametrize("key", ["depends_on", "optional_depends_on"])
def test_a_cycle_is_shown(tmp_path: Path, key: str) -> None:
    services = {
        "a": fields("a", 1, depends_on=["b"]),
        "b": fields("b", 2, depends_on=["c"]),
        "c": fields("c", 3, **{key: ["b"]}),
    }
    with pytest.raises(DataFileError, match=r"c/service.yaml: depends_on: .* in a cycle: b -> c -> b"):
        manifests(repository(tmp_path, services))


def test_two_ways_to_one_service_are_no_cycle(tmp_path: Path) -> None:
    services = {
        "a": fields("a", 1, depends_on=["b", "c"]),
        "b": fields("b", 2, depends_on=["d"]),
        "c": fields("c", 3, depends_on=["d"]),
        "d": fields("d", 4),
    }
    found = manifests(repository(tmp_path, services))
    assert with_dependencies(found, ["a"]) == ("a", "b", "c", "d")
    assert with_dependencies(found, ["b"]) == ("b", "d")


def test_a_service_that_always_runs_does_not_depend_on_one_that_need_not(tmp_path: Path) -> None:
    services = {"a": fields("a", 1, depends_on=["b"]), "b": fields("b", 2, optional=True)}
    with pytest.raises(DataFileError, match=r"a/service.yaml: depends_on: b is optional, a is not"):
        manifests(repository(tmp_path, services))


def test_only_the_gateway_can_choose_among_replicas(tmp_path: Path) -> None:
    services = {"a": fields("a", 1, depends_on=["b"]), "b": fields("b", 2, replicas=2)}
    with pytest.raises(DataFileError, match=r"a/service.yaml: depends_on: b has 2 replicas"):
        manifests(repository(tmp_path, services))
    services["a"]["first_of"] = ["b"]
    assert manifests(repository(tmp_path / "first", services))["a"].first_of == ("b",)
    services["a"]["first_of"] = ["b", "c"]
    with pytest.raises(DataFileError, match=r"a/service.yaml: first_of: c is not among its dependencies"):
        manifests(repository(tmp_path / "stranger", services | {"c": fields("c", 3)}))


@pytest.mark.parametrize("name", ["gateway", "Kazoo", "ka-zoo", "chassis"])
def test_a_name_that_means_something_else_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataFileError, match=f"{name}/service.yaml: '{name}' cannot be the name"):
        manifests(repository(tmp_path, {name: fields("kazoo", 1)}))


@pytest.mark.parametrize("text", ["", "- a", "a: [", "service: x: y"])
def test_what_is_no_mapping_is_refused_by_file(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "kazoo"
    folder.mkdir()
    (folder / "service.yaml").write_text(text)
    with pytest.raises(DataFileError, match=r"kazoo/service.yaml"):
        read_manifest(folder / "service.yaml")
