"""Which addresses of this machine a server listens on.

A container is on one network for each service that may call it and one for each that it calls. Listening on the former
only keeps arrows one-way: who is called cannot call back.
"""

import array
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterator

_GET_ADDRESS = 0x8915  # SIOCGIFADDR
_REQUEST_BYTES = 256
_ADDRESS = slice(20, 24)  # of the answer


class NoSuchInterface(Exception):
    """This machine has no address in a network."""


def hosts(places: str) -> tuple[str, ...]:
    """Hosts to listen on.

    Args:
        places: Hosts, and networks in which every address of this machine is meant, separated by commas:
            "127.0.0.1,10.213.0.16/28".

    Raises:
        NoSuchInterface: This machine has no address in one of the networks.
        ValueError: One of them is no network.
    """
    found: list[str] = []
    for place in (part.strip() for part in places.split(",")):
        if "/" not in place:
            found.append(place)
            continue
        network = ipaddress.ip_network(place)
        inside = [address for address in own_addresses() if ipaddress.ip_address(address) in network]
        if not inside:
            raise NoSuchInterface(f"this machine has no address in {place}")
        found += inside
    return tuple(dict.fromkeys(found))


def own_addresses() -> Iterator[str]:
    """IPv4 addresses of this machine, one for each interface that has any."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = array.array("B", struct.pack(f"{_REQUEST_BYTES}s", name.encode()))
            try:
                fcntl.ioctl(probe, _GET_ADDRESS, request)
            except OSError:  # it has none
                continue
            yield socket.inet_ntoa(request.tobytes()[_ADDRESS])
