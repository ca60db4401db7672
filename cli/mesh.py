"""A mesh to talk to: the one that runs, or one of our own for as long as it is needed."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from language.yaml_fields import DataFileError
from launcher import run_record
from launcher.mesh import private_folder, running
from launcher.ollama_process import own_ollama_is_needed
from launcher.settings import MeshSettings
from launcher.supervisor import Change, StartFailed
from services.chassis.settings import SettingsError


def read_settings() -> MeshSettings:
    """Settings of the mesh. Raises UserError when they are wrong."""
    try:
        return MeshSettings.read()
    except (SettingsError, DataFileError) as error:
        raise UserError(message=str(error), exit=ExitCode.BAD_INPUT) from error


@asynccontextmanager
async def any_mesh(
    settings: MeshSettings, services: Collection[str], report: Callable[[Change], None], *, language_model: bool = False
) -> AsyncIterator[str]:
    """Address of a gateway that answers for the length of a block.

    Without a running mesh, one of our own is started on unix sockets in a private folder, so that no port can be
    taken, and stopped after the block.

    Args:
        settings: Of the mesh.
        services: Those that are needed; no others are started.
        report: Called with each change of the state of a process.
        language_model: Whether one is wanted, so that a server for it is started where none runs.

    Raises:
        UserError: The mesh could not be started.
    """
    if found := run_record.find(settings.record):
        yield found.gateway
        return
    with private_folder() as folder:
        own = settings.for_one(folder)
        try:
            ollama = language_model and await own_ollama_is_needed(own)
            async with running(own, folder, report, services, ollama=ollama):
                yield own.gateway
        except StartFailed as error:
            raise UserError(message=str(error), advice="./boumb doctor", exit=ExitCode.UNAVAILABLE) from error
