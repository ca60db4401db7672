"""`./boumb images`: the images of the mesh, built here."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from deploy import write
from deploy.build import BuildFailed, Engine, pin
from deploy.targets import targets

_LATEST = "latest"


def build_images(names: Sequence[str], engine: str, *, sbom: Path | None, pinning: bool) -> ExitCode:
    """Build images and print the size of each.

    Args:
        names: Which ones; all of them when empty.
        engine: "docker" or "podman"; the first that is installed when empty.
        sbom: Folder for the lists of what they are made of; None for none.
        pinning: Ask the registry for the digests of the images that are not ours instead, and write them down.

    Raises:
        UserError: There is no such image, or the engine fails.
    """
    known = [target.name for target in targets()]
    if unknown := [name for name in names if name not in known]:
        message = f"There is no image {unknown[0]!r}; there are: {', '.join(known)}."
        raise UserError(message=message, exit=ExitCode.BAD_INPUT)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        program = Engine.find(engine)
        if pinning:
            for image in pin(program).values():
                console.print(image)
            write.main()
            return ExitCode.OK
        for name in names or known:
            program.build(name, _LATEST)
        for name in names or known:
            console.print(f"boumb/{name:<10} {program.size(name, _LATEST) / 1e6:>6.0f} MB")
            if sbom is not None:
                sbom.mkdir(parents=True, exist_ok=True)
                console.print(f"  {program.sbom(name, _LATEST, sbom)}")
    except BuildFailed as error:
        raise UserError(
            message=f"{error}.", advice="docs/operations.md says what is needed.", exit=ExitCode.UNAVAILABLE
        ) from error
    return ExitCode.OK
