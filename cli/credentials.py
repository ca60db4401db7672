"""`./boumb token` and `./boumb certs`: what callers prove themselves with, for development."""

from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from gateway.certificates import CertificateProblem, issue
from gateway.config import Limits
from gateway.keys import KeyProblem, ensure_keys
from gateway.tokens import mint


def token(user: str, roles: list[str], ttl_s: int) -> str:
    """A token that the gateway here accepts.

    Args:
        user: User name in the token; not empty.
        roles: As Symfony names them.
        ttl_s: Seconds until it expires.

    Raises:
        UserError: The user name is empty, the lifetime longer than the gateway believes, or the keys are no use.
    """
    longest = Limits().token_lifetime_s
    if not 1 <= ttl_s <= longest:
        raise UserError(message=f"--ttl is {ttl_s} s; the gateway believes 1 to {longest} s.", exit=ExitCode.BAD_INPUT)
    try:
        return mint(ensure_keys(read_settings().keys), user, roles, ttl_s)
    except ValueError as error:
        raise UserError(message=f"--user: {error}.", exit=ExitCode.BAD_INPUT) from error
    except KeyProblem as error:
        raise UserError(message=str(error), exit=ExitCode.UNAVAILABLE) from error


def certificates(hosts: Sequence[str], days: int, *, new_authority: bool) -> ExitCode:
    """Make certificates for the gateway, a backend and every service, and say where they are.

    Args:
        hosts: Names under which callers reach the gateway, besides those of this machine.
        days: How long they are believed.
        new_authority: Whether a new authority signs them.

    Raises:
        UserError: The authority's files are no use.
    """
    settings = read_settings()
    try:
        issued = issue(
            settings.certificates,
            settings.manifests,
            hosts=hosts,
            valid_for=timedelta(days=days),
            new_authority=new_authority,
        )
    except (CertificateProblem, ValueError) as error:
        raise UserError(message=str(error), exit=ExitCode.BAD_INPUT) from error
    table = Table.grid(padding=(0, 3, 0, 0))
    for each in issued:
        table.add_row(Text(each.path.name, "bold"), each.name, Text(f"until {each.expires:%Y-%m-%d}", "dim"))
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(str(settings.certificates), soft_wrap=True)
    console.print(table)
    return ExitCode.OK
