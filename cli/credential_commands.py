"""The arguments of `./boumb token` and `./boumb certs`."""

from typing import Annotated

import typer

from cli.endings import end
from cli.messages.exit_codes import HELP, ExitCode


def _token(
    user: Annotated[str, typer.Option(help="Whom the token stands for.")] = "developer",
    role: Annotated[list[str] | None, typer.Option(help="As Symfony names them; may be repeated.")] = None,
    ttl: Annotated[int, typer.Option(help="Seconds until it expires.")] = 3600,
) -> None:
    """Print a token that this studio's gateway believes, for development."""
    from cli.credentials import token as mint  # noqa: PLC0415

    def run() -> ExitCode:
        print(mint(user, role or ["ROLE_USER"], ttl))
        return ExitCode.OK

    end(run)


def _certs(
    host: Annotated[
        list[str] | None, typer.Option(help="Name of the gateway for its callers; may be repeated.")
    ] = None,
    days: Annotated[int, typer.Option(help="How long they are believed.", min=1, max=825)] = 90,
    new_authority: Annotated[bool, typer.Option("--new-authority", help="Refuse all that were made before.")] = False,
) -> None:
    """Make certificates for the gateway, a backend and the services, for development.

    A gateway and services that run take the new ones without a restart. docs/gateway.md says how a backend uses them.
    """
    from cli.credentials import certificates  # noqa: PLC0415

    end(lambda: certificates(host or [], days, new_authority=new_authority))


def add_to(app: typer.Typer) -> None:
    """Add both to the command."""
    app.command("token", epilog=HELP)(_token)
    app.command("certs", epilog=HELP)(_certs)
