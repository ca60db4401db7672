"""What every service shares: server and channel factories, errors, health, settings, telemetry, identity."""
