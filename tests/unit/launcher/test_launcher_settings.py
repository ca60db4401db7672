import sys
from dataclasses import replace
from pathlib import Path

import pytest

from launcher.settings import ROOT, TABLE, MeshSettings, interpreter, replica_address
from services.chassis.service_manifest import manifests
from services.chassis.settings import ServerSettings, SettingsError, address_variable, read_table


def test_what_is_committed_holds_everything_and_stays_on_this_machine() -> None:
    settings = MeshSettings.read({})
    assert settings.services == {name: manifest.default_address for name, manifest in manifests().items()}
    assert all(address.startswith("127.0.0.1:") for address in [settings.gateway, *settings.services.values()])
    assert settings.state == ROOT / ".boumb"


def test_the_table_names_no_service() -> None:
    assert not {address_variable(name) for name in manifests()} & read_table(TABLE).keys()


def test_the_environment_wins_over_the_table_and_both_over_the_manifests(tmp_path: Path) -> None:
    table = tmp_path / ".env"
    table.write_text(TABLE.read_text() + "BOUMB_THEORY_ADDRESS=127.0.0.1:2\nBOUMB_DRUMS_ADDRESS=127.0.0.1:3\n")
    settings = MeshSettings.read(
        {"BOUMB_THEORY_ADDRESS": "127.0.0.1:1", "BOUMB_STATE_DIR": str(tmp_path / "elsewhere"), "OTHER": "kept"}, table
    )
    assert (settings.services["theory"], settings.services["drums"]) == ("127.0.0.1:1", "127.0.0.1:3")
    assert settings.services["melody"] == manifests()["melody"].default_address
    assert settings.state == tmp_path / "elsewhere"
    assert settings.service_environment("theory")["OTHER"] == "kept"


def test_an_empty_variable_counts_as_not_set() -> None:
    settings = MeshSettings.read({"BOUMB_MELODY_ADDRESS": "", "BOUMB_STATE_DIR": ""})
    assert settings.services["melody"] == manifests()["melody"].default_address
    assert settings.state == ROOT / ".boumb"


@pytest.mark.parametrize("name", manifests())
def test_a_service_is_told_its_own_address_and_those_that_it_depends_on(name: str) -> None:
    environment = MeshSettings.read({}).service_environment(name)
    manifest = manifests()[name]
    told = {other for other in manifests() if address_variable(other) in environment}
    assert told == {name, *manifest.depends_on, *manifest.optional_depends_on}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("NAME\n", "line 1"), ("# ok\n\nA=1\n=2\n", "line 4"), ("two words=1", "line 1")],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    table = tmp_path / ".env"
    table.write_text(content)
    with pytest.raises(SettingsError, match=complaint):
        read_table(table)


def test_a_missing_table_or_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        read_table(tmp_path / "nowhere")
    empty = tmp_path / ".env"
    empty.touch()
    with pytest.raises(SettingsError, match="BOUMB_PORT_BASE is not set"):
        MeshSettings.read({}, empty)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *(("BOUMB_GRACE_S", value) for value in ("soon", "-5", "nan", "inf", "1e9", "-0.1", "1,5")),
        *(("BOUMB_MELODY_REPLICAS", value) for value in ("0", "1.5", "two", "65", "nan")),
        ("BOUMB_THEORY_REPLICAS", "2"),
        ("BOUMB_MELODY_ADDRESS", "nowhere"),
        ("BOUMB_MELODY_ADDRESS", "h:99999"),
        ("BOUMB_MELODY_ADDRESS", "unix:relative"),
        ("BOUMB_DRUMS_ADDRESS", manifests()["melody"].default_address),
        ("BOUMB_DRUMS_ADDRESS", MeshSettings.read({}).gateway),
        ("BOUMB_GATEWAY_CALLS_BURST", "0"),
        ("BOUMB_ALLOWED_ORIGINS", "localhost"),
        ("BOUMB_ALLOWED_ORIGINS", "http://localhost:5173,,"),
        ("BOUMB_GATEWAY_UNARY_S", "nan"),
        *(("BOUMB_PORT_BASE", value) for value in ("0", "65535", "8080.5", "many")),
        ("BOUMB_GATEWAY_INTERNAL_ADDRESS", "nowhere"),
        ("BOUMB_GATEWAY_INTERNAL_ADDRESS", MeshSettings.read({}).gateway),
        *(("BOUMB_BIND_HOST", value) for value in ("0.0.0.0", "::", "127.0.0.1,10.0.0.0/8", "localhost.example")),
        ("BOUMB_OPEN_SERVICES", "1"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        MeshSettings.read({variable: value})


@pytest.mark.parametrize("value", ["soon", "-5", "nan", "inf", "0", "2.5", "3600", "3601", ""])
def test_the_launcher_and_the_services_agree_on_what_they_both_read(value: str) -> None:
    def of(read: type[MeshSettings] | None) -> float | str:
        variables = {"BOUMB_GRACE_S": value, "BOUMB_THEORY_ADDRESS": "h:1"}
        try:
            if read is not None:
                return read.read(variables).grace_s
            from services.chassis.settings import Environment

            return ServerSettings.read("theory", Environment(variables)).grace_s
        except SettingsError as error:
            return str(error)

    assert of(MeshSettings) == of(None)


def test_for_one_no_port_is_left(tmp_path: Path) -> None:
    settings = MeshSettings.read({}).for_one(tmp_path)
    addresses = [settings.gateway, *settings.services.values()]
    assert len(set(addresses)) == len(manifests()) + 1
    assert all(address.startswith(f"unix:{tmp_path}/") for address in addresses)
    assert settings.service_environment("melody")["BOUMB_MELODY_ADDRESS"] == settings.services["melody"]


def test_for_one_manifests_say_what_suits_a_single_caller_and_the_environment_wins(tmp_path: Path) -> None:
    single = {k: v for manifest in manifests().values() for k, v in manifest.single_caller.items()}
    assert single
    environment = MeshSettings.read({}).for_one(tmp_path).service_environment("melody")
    assert environment.items() >= single.items()
    own = dict.fromkeys(single, "7")
    assert MeshSettings.read(own).for_one(tmp_path).service_environment("melody").items() >= own.items()


def test_replicas_have_addresses_of_their_own(tmp_path: Path) -> None:
    settings = MeshSettings.read({"BOUMB_MELODY_REPLICAS": "3", "BOUMB_MELODY_ADDRESS": "[::1]:50052"})
    assert settings.addresses("melody") == ("[::1]:50052", "[::1]:50152", "[::1]:50252")
    assert list(settings.for_one(tmp_path).processes("melody"))[1] == ("melody-2", f"unix:{tmp_path}/melody.sock.2")
    assert settings.service_environment("melody", "[::1]:50152")["BOUMB_MELODY_ADDRESS"] == "[::1]:50152"
    with pytest.raises(ValueError, match="65"):
        replica_address("h:65500", 2)
    with pytest.raises(SettingsError, match="BOUMB_MELODY_ADDRESS"):
        MeshSettings.read({"BOUMB_MELODY_REPLICAS": "2", "BOUMB_MELODY_ADDRESS": "h:65500"})


def test_replicas_of_the_manifest_are_not_for_one_caller(tmp_path: Path) -> None:
    settings = MeshSettings.read({})
    many = replace(settings, replicas=dict.fromkeys(settings.replicas, 2))
    assert set(many.for_one(tmp_path).replicas.values()) == {1}


def test_a_service_with_libraries_of_its_own_runs_in_an_environment_of_its_own() -> None:
    assert interpreter("magenta") == str(ROOT / ".venv-magenta/bin/python")
    assert interpreter("") == sys.executable
    for manifest in manifests().values():
        if manifest.environment:
            assert (ROOT / f"requirements/{manifest.environment}.txt").exists(), manifest.file


def test_one_variable_moves_every_port(tmp_path: Path) -> None:
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates/gateway.crt").touch()
    usual, moved = (
        MeshSettings.read({"BOUMB_STATE_DIR": str(tmp_path), "BOUMB_PORT_BASE": base}) for base in ("", "9000")
    )
    assert (usual.gateway, usual.internal) == ("127.0.0.1:8080", "127.0.0.1:8081")
    assert (moved.gateway, moved.internal) == ("127.0.0.1:9000", "127.0.0.1:9001")
    assert not {usual.record, usual.logs} & {moved.record, moved.logs}
    assert usual.keys == moved.keys, "a token of one is believed by the other"
    assert usual.on(8090).gateway == "127.0.0.1:8090"
    assert usual.on(8090).record == usual.record, "who looks for the studio of this folder finds it"


def test_an_address_of_its_own_is_not_moved() -> None:
    settings = MeshSettings.read(
        {"BOUMB_PORT_BASE": "9000", "BOUMB_GATEWAY_ADDRESS": "h:1", "BOUMB_GATEWAY_INTERNAL_ADDRESS": "h:2"}
    )
    assert (settings.gateway, settings.internal) == (settings.on(9).gateway, settings.on(9).internal) == ("h:1", "h:2")


def test_without_certificates_backends_have_no_door(tmp_path: Path) -> None:
    assert not MeshSettings.read({"BOUMB_STATE_DIR": str(tmp_path)}).internal
    assert not MeshSettings.read({"BOUMB_GATEWAY_INTERNAL_ADDRESS": "off"}).internal


def test_for_many_services_are_on_sockets_unless_they_have_an_address(tmp_path: Path) -> None:
    settings = MeshSettings.read({"BOUMB_THEORY_ADDRESS": "127.0.0.1:7"}).for_many(tmp_path)
    assert settings.services["theory"] == "127.0.0.1:7"
    others = {name: address for name, address in settings.services.items() if name != "theory"}
    assert others == {name: f"unix:{tmp_path}/{name}.sock" for name in manifests() if name != "theory"}


@pytest.mark.parametrize("variables", [{"BOUMB_BIND_HOST": "127.0.0.2"}, {"BOUMB_BIND_HOST": "::1"}, {}])
def test_services_stay_on_the_machine(variables: dict[str, str]) -> None:
    assert not MeshSettings.read(variables).open_to_others


def test_services_are_opened_to_others_only_on_demand() -> None:
    files = dict.fromkeys(("BOUMB_TLS_ROOTS", "BOUMB_TLS_CERTIFICATE", "BOUMB_TLS_KEY"), "/f.pem")
    for allowed in ({"BOUMB_OPEN_SERVICES": "yes"}, files):
        assert MeshSettings.read({"BOUMB_BIND_HOST": "0.0.0.0", **allowed}).open_to_others
