"""The gateway: Envoy configured from a template, the keys it checks tokens with, and the public methods."""
