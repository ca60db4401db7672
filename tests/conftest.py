"""What all tests share."""

import os

from hypothesis import HealthCheck, settings

# A language model that this machine happens to have must not change what tests see; those that want one say where.
os.environ["BOUMB_OLLAMA_ADDRESS"] = "off"

# Machines that run tests are busy: how long an example takes says nothing.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")
