"""Serves the page until SIGTERM: `python -m gateway.site.main`."""

import os

import uvicorn

from gateway.site.app import site_app
from gateway.site.config import SiteSettings
from gateway.site.files import Site
from gateway.site.sign_in import DeveloperSignIn

_OWNER_ONLY = 0o077


def main() -> None:
    """Wire the settings to the application."""
    settings = SiteSettings.read()
    os.umask(_OWNER_ONLY)
    app = site_app(Site(settings.folder), DeveloperSignIn(settings.keys) if settings.keys else None)
    # The gateway writes the access log; what this server would add are the same lines without a request id.
    uvicorn.run(app, uds=str(settings.socket), access_log=False, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
