"""Where a developer is signed in: on this machine alone."""

import pytest

from launcher.site_process import _is_here


@pytest.mark.parametrize(
    ("gateway", "here"),
    [
        ("127.0.0.1:8080", True),
        ("127.1.2.3:8080", True),
        ("[::1]:8080", True),
        ("localhost:8080", True),
        ("0.0.0.0:8080", False),
        ("[::]:8080", False),
        ("192.168.1.7:8080", False),
        ("studio.example:8080", False),
    ],
)
def test_only_loopback_is_here(gateway: str, here: bool) -> None:
    assert _is_here(gateway) is here
