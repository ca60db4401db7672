"""Which addresses a server listens on."""

import pytest

from services.chassis.binding import NoSuchInterface, hosts, own_addresses
from services.chassis.settings import Environment, ServerSettings, SettingsError


def test_hosts_are_taken_as_they_are() -> None:
    assert hosts("127.0.0.1, ::1,example") == ("127.0.0.1", "::1", "example")


def test_a_network_stands_for_the_addresses_of_this_machine_in_it() -> None:
    assert "127.0.0.1" in own_addresses()
    assert hosts("127.0.0.0/8") == ("127.0.0.1",)
    assert hosts("127.0.0.1,127.0.0.0/8") == ("127.0.0.1",)


def test_a_network_that_this_machine_is_not_on_is_an_error() -> None:
    with pytest.raises(NoSuchInterface):
        hosts("127.0.0.1,203.0.113.0/24")


def read(places: str) -> ServerSettings:
    variables = {"BOUMB_ECHO_ADDRESS": "echo:50099", "BOUMB_BIND_HOST": places}
    return ServerSettings.read("echo", Environment(variables))


def test_a_server_listens_on_all_of_them() -> None:
    settings = read("127.0.0.1,127.0.0.2")
    assert (settings.address, settings.more_addresses) == ("127.0.0.1:50099", ("127.0.0.2:50099",))


@pytest.mark.parametrize("places", ["203.0.113.0/24", "127.0.0.1/99", "a/b"])
def test_what_is_no_place_here_is_told_by_the_variable(places: str) -> None:
    with pytest.raises(SettingsError, match="BOUMB_BIND_HOST"):
        read(places)
