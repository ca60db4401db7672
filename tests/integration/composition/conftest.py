"""Melody and drums, both over real theory."""

from tests.integration.drums.conftest import drums_stub

__all__ = ["drums_stub"]
