"""`./boumb images`: the images of the mesh, built here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.endings import end
from cli.messages.exit_codes import HELP, ExitCode
from cli.messages.user_errors import UserError

_LATEST = "latest"


def _images(
    names: Annotated[list[str] | None, typer.Argument(help="Which of them; all without a name.")] = None,
    engine: Annotated[str, typer.Option(help="docker or podman; the first found.")] = "",
    sbom: Annotated[Path | None, typer.Option(help="Folder for lists of what each is made of.")] = None,
    pin: Annotated[bool, typer.Option("--pin", help="Write down the digests of the official images.")] = False,
) -> None:
    """Build the images of the containers with docker or podman; docs/operations.md is about them.

    Args:
        names: Which of them; all without one.
        engine: "docker" or "podman"; the first that is found when empty.
        sbom: Folder for lists of what each is made of; None writes none.
        pin: Whether to write down the digests of the official images instead.
    """
    end(lambda: _pin(engine) if pin else _build(names or [], engine, sbom))


def add_to(app: typer.Typer) -> None:
    """Give the command line its command."""
    app.command("images", epilog=HELP)(_images)


def _pin(engine: str) -> ExitCode:
    from deploy import write  # noqa: PLC0415 - for those who want images
    from deploy.build import BuildFailed, Engine, pin  # noqa: PLC0415 - likewise

    try:
        for image in pin(Engine.find(engine)).values():
            print(image)
    except BuildFailed as error:
        raise _unavailable(error) from error
    write.main()
    return ExitCode.OK


def _build(names: Sequence[str], engine: str, sbom: Path | None) -> ExitCode:
    from deploy.build import BuildFailed, Engine  # noqa: PLC0415 - for those who want images
    from deploy.targets import targets  # noqa: PLC0415 - likewise

    known = [target.name for target in targets()]
    if unknown := [name for name in names if name not in known]:
        message = f"There is no image {unknown[0]!r}; there are: {', '.join(known)}."
        raise UserError(message=message, exit=ExitCode.BAD_INPUT)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        program = Engine.find(engine)
        for name in names or known:
            program.build(name, _LATEST)
        for name in names or known:
            console.print(f"boumb/{name:<10} {program.size(name, _LATEST) / 1e6:>6.0f} MB")
            if sbom is not None:
                sbom.mkdir(parents=True, exist_ok=True)
                console.print(f"  {program.sbom(name, _LATEST, sbom)}")
    except BuildFailed as error:
        raise _unavailable(error) from error
    return ExitCode.OK


def _unavailable(error: Exception) -> UserError:
    return UserError(message=f"{error}.", advice="docs/operations.md says what is needed.", exit=ExitCode.UNAVAILABLE)
