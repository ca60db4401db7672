"""The command `jam`: looks whether it can be played here, opens a studio, and plays."""

import asyncio
import sys
from functools import partial

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from rich.console import Console

from cli import environments
from cli.audio.playback import CannotPlay
from cli.files import is_misnamed
from cli.gateway_client import open_studio
from cli.jam.jam import Jam
from cli.jam.sinks import Nowhere, Sink, open_player, open_port
from cli.jam.texts import JamTexts, texts_of
from cli.jam_options import JamOptions
from cli.jam_saving import save
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_faults
from cli.messages.user_errors import UserError, misnamed, unwritable
from cli.output import be_lenient
from cli.request import compose_request
from cli.writing import obstacle
from launcher import run_record
from launcher.settings import MeshSettings
from services.chassis.errors.catalogue import ApiError


def jam(options: JamOptions) -> ExitCode:
    """Play until the person leaves.

    Args:
        options: Of the command.

    Raises:
        UserError: It cannot be played here, or nothing could be composed.
    """
    texts = languages.choose(options.locale, options.prompt)
    own = texts_of(texts.locale)
    be_lenient()  # a terminal that goes away costs no music
    console = Console(highlight=False, markup=False, emoji=False)
    if not (sys.stdin.isatty() and console.is_terminal) or console.is_dumb_terminal:
        raise UserError(message=own.no_terminal, exit=ExitCode.BAD_INPUT)
    if options.out is not None:
        if is_misnamed(options.out):
            raise misnamed(options.out, texts.file_names, texts)
        if reason := obstacle(options.out):
            raise unwritable(options.out, reason, texts)
    settings = read_settings()
    if run_record.find(settings.record) is None:
        environments.need_for(options.to_arrange().services)
    for line in asyncio.run(_play(options, settings, texts, own, console)):
        print(line)
    return ExitCode.OK


async def _play(
    options: JamOptions, settings: MeshSettings, texts: languages.Texts, own: JamTexts, console: Console
) -> list[str]:
    arrange = options.to_arrange()
    try:
        request = compose_request(arrange)
    except ApiError as fault:
        raise of_faults([fault], texts) from fault
    assert isinstance(request, arranger.ComposeRequest)
    request.locale = texts.locale
    sink, said = await _sink(options, own)
    waiting = console.status(f" {texts.starting}")
    waiting.start()
    try:
        async with any_mesh(settings, arrange.services, lambda _: None) as gateway:
            waiting.stop()
            async with open_studio(gateway, settings.keys, texts.locale) as studio:
                saver = partial(save, options=options, studio=studio, texts=texts)
                return await Jam(studio, options.prompt, saver, texts, own, sink, said).run(request, console)
    finally:
        waiting.stop()
        await sink.close()


async def _sink(options: JamOptions, own: JamTexts) -> tuple[Sink, str]:
    """Where the sound goes, and what to say about it."""
    try:
        if options.mute:
            return Nowhere(), ""
        if options.midi is not None:
            return open_port(options.midi), own.port.format(path=options.midi)
        return await open_player(), ""
    except CannotPlay as problem:
        return Nowhere(), own.soundless.format(problem=problem)
