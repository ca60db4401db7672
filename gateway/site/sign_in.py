"""The sign-in of a developer: a page of this machine's own origin gets short tokens, as often as it needs them."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gateway.keys import KeyProblem, ensure_keys
from gateway.tokens import mint

LIFETIME_S = 600
USER = "developer"  # as `./boumb token` calls them
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SignInRefused(Exception):
    """Nobody is signed in here, or not for this page; the text says why."""


@dataclass(frozen=True, slots=True)
class DeveloperSignIn:
    """Gives tokens of a development user.

    Attributes:
        keys: Folder of the keys that sign them.
        lifetime_s: Seconds until one expires.
    """

    keys: Path
    lifetime_s: int = LIFETIME_S

    def token(self, host: str, origin: str, site: str) -> str:
        """A token for a page of this origin.

        Another page must not get one: a browser says in `origin` and `site` which page asks, and the name of the host
        must be this machine's, or a page could point a name of its own at it (DNS rebinding).

        Args:
            host: The request's host header.
            origin: Its origin header.
            site: Its sec-fetch-site header; browsers without it send none.

        Raises:
            SignInRefused: It is another page, or this machine has no key to sign with.
        """
        if _name(f"//{host}") not in _LOOPBACK:
            raise SignInRefused("signing in is for this machine alone; use a token of your application")
        if urlsplit(origin).netloc != host or site not in ("", "same-origin"):
            raise SignInRefused("signing in is for the studio's own page")
        try:
            return mint(ensure_keys(self.keys), USER, ttl_s=self.lifetime_s)
        except KeyProblem as error:
            raise SignInRefused(str(error)) from error


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as brackets that do not close
        return ""
