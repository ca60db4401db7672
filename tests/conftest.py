"""What all tests share."""

from hypothesis import HealthCheck, settings

# Machines that run tests are busy: how long an example takes says nothing.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")
