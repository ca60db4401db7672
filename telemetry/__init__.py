"""Traces and measures of every part, on OpenTelemetry: what is measured, under which names, and who gets it."""
