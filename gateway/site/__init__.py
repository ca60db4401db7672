"""The studio's page on the gateway's own origin: its files, and the sign-in of a developer."""
