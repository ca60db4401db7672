"""What the README shows and plays, made by the product: `./boumb export showcase docs`.

Pictures of the terminal, and short pieces as MP3 beside their prompts. All of it follows from prompts and seeds:
making it again makes the same, and `--check` says whether what is there is what the product makes now.
"""

import argparse
import asyncio
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, ROLE_DRUMS
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest
from rich.console import Console

from cli.audio.mix import mix_samples
from cli.audio.sound import RATE
from cli.gateway_client import GatewayClient, open_studio
from cli.jam.band import Band
from cli.jam.facts import facts, names_of
from cli.jam.loop import loop_of
from cli.jam.piece import Piece
from cli.jam.stage import Scene, Stage
from cli.jam.texts import texts_of
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.events import ComposeRequest, read_event
from cli.moving_picture import Frame, frame_of, moving_picture
from cli.options import ArrangeOptions, ComposeOptions, DrumsOptions, PartOptions
from cli.render.piano_roll import UNICODE
from cli.render.screen import Screen
from cli.request import compose_request
from services.chassis.service_manifest import manifests, services_for

PROMPT, SEED = "Fais une basse funky en Sol mineur", 7
_COLUMNS, _ROWS = 80, 24
_TIMINGS = re.compile(r"\d+(?= ms|&#160;ms)")


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece to listen to.

    Attributes:
        name: Of the file.
        options: As the command line has them.
    """

    name: str
    options: PartOptions

    @property
    def command(self) -> str:
        """What makes it."""
        verb = {"melody": "compose", "drums": "drums", "arranger": "arrange"}[self.options.service]
        bars = f" --bars {self.options.bars}" if self.options.bars else ""
        return f'./boumb {verb} "{self.options.prompt}"{bars} --seed {self.options.seed} --out {self.name}.wav'


SOUNDS = (
    Sound("basse-funky", ComposeOptions(prompt=PROMPT, seed=SEED, bars=8)),
    Sound("trio-jazz", ArrangeOptions(prompt="trio jazz en fa", seed=3, bars=8)),
    Sound("beat-trap", DrumsOptions(prompt="beat trap à 140", seed=5, bars=8)),
    Sound("lofi", ArrangeOptions(prompt="lofi chords, bass, drums and a sad melody in D minor", seed=11, bars=8)),
    Sound("bossa", ArrangeOptions(prompt="bossa nova in A minor", seed=2, bars=8)),
)


async def tracks_of(studio: GatewayClient, options: PartOptions) -> ExportRequest:
    """Compose; the bars as a file is made of them.

    Args:
        studio: Client of the gateway.
        options: What is asked for.
    """
    request, tracks = compose_request(options), ExportRequest(title=options.prompt)
    places = {}
    async for response in studio.compose(request):
        event = read_event(response)
        if event.started:
            tracks.bpm = event.started.bpm or event.started.intent.bpm
            for track in event.started.tracks:
                places[track.id] = len(tracks.tracks)
                tracks.tracks.add().CopyFrom(track)
        if event.bar:
            tracks.tracks[places[event.bar.track]].bars.append(event.bar.bar)
    return tracks


def mp3(request: ExportRequest) -> bytes:
    """The bars as sound: mono, about 50 kilobits a second."""
    import numpy as np  # noqa: PLC0415 - only for those who make sounds
    import soundfile  # type: ignore[import-untyped]  # noqa: PLC0415 - likewise; no types

    samples = mix_samples(request.tracks, request.bpm)
    samples = samples * (0.8 / float(np.abs(samples).max()))
    content = io.BytesIO()
    soundfile.write(content, samples, RATE, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.85)
    return content.getvalue()


async def compose_picture(studio: GatewayClient) -> str:
    """The terminal of `./boumb compose`, with what is said of time left out."""
    texts = languages.of("fr")
    file = io.StringIO()
    console = Console(file=file, width=_COLUMNS, record=True, color_system="truecolor", force_terminal=False)
    options = ComposeOptions(prompt=PROMPT, seed=SEED)
    screen = Screen(texts, PROMPT, console)
    names = await names_of(studio, "fr")
    request: ComposeRequest = compose_request(options)
    async for response in studio.compose(request):
        screen.event(read_event(response), names)
    return _TIMINGS.sub("·", console.export_svg(title="./boumb compose", unique_id="compose"))


async def jam_picture(studio: GatewayClient) -> str:
    """The terminal of `./boumb jam`: a bass, drums and chords come; the cursor moves; a bar is made again."""
    texts, own, seeds = languages.of("fr"), texts_of("fr"), count(SEED)
    console = Console(width=_COLUMNS, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    stage, band = Stage(texts, own, UNICODE), Band(studio, "fr", lambda: next(seeds))
    names = await names_of(studio, "fr")
    frames: list[Frame] = []

    def show(piece: Piece, said: str, beats: range) -> None:
        loop = loop_of(piece)
        assert loop is not None
        for beat in beats:
            bar, fraction = beat // 4 % piece.bars, beat % 4 / 4
            scene = Scene(piece=piece, bar=bar, fraction=fraction, said=said, facts=facts(piece.intent, names, texts))
            frames.append(frame_of(console, stage.draw(scene, _COLUMNS, _ROWS), 60 / piece.bpm))

    piece = Piece(prompt=PROMPT)
    async for take in band.compose(arranger.ComposeRequest(prompt=PROMPT, seed=SEED, locale="fr")):
        piece = take.piece
    show(piece, "", range(4))
    take = await band.add(piece, ROLE_DRUMS)
    show(take.piece, own.added.format(part=take.piece.tracks[-1].name), range(4, 8))
    take = await band.add(take.piece, ROLE_CHORDS)
    show(take.piece, own.added.format(part=take.piece.tracks[-1].name), range(8, 12))
    take = await band.again(take.piece, {3})
    show(take.piece, own.made_bar.format(bar=4), range(12, 16))
    take = await band.refine(take.piece, "moins de notes à la fin")
    show(take.piece, own.refined.format(edits="; ".join(take.said)), range(4))
    return moving_picture(frames, _COLUMNS, f"./boumb jam {PROMPT}")


async def make(names: set[str]) -> dict[str, bytes]:
    """The files, by name below docs/; for sounds, the digests of their MIDI.

    Args:
        names: Which sounds, by name; all have their digests.
    """
    settings, files = read_settings(), dict[str, bytes]()
    needed = services_for(manifests(), "arranger")
    async with (
        any_mesh(settings, needed, lambda _: None) as gateway,
        open_studio(gateway, settings.keys, "fr") as studio,
    ):
        files["compose.svg"] = (await compose_picture(studio)).encode()
        files["jam.svg"] = (await jam_picture(studio)).encode()
        digests = {}
        for sound in SOUNDS:
            request = await tracks_of(studio, sound.options)
            digests[sound.name] = hashlib.sha256(await studio.export(request)).hexdigest()
            if sound.name in names:
                files[f"sounds/{sound.name}.mp3"] = mp3(request)
    files["sounds/sounds.json"] = (json.dumps(digests, indent=2) + "\n").encode()
    return files


def stale(folder: Path) -> list[str]:
    """Names of files that the product makes otherwise now."""
    with _own_state():
        made = asyncio.run(make(set()))
    lacking = [f"sounds/{sound.name}.mp3" for sound in SOUNDS if not (folder / f"sounds/{sound.name}.mp3").exists()]
    return lacking + [name for name, content in made.items() if (folder / name).read_bytes() != content]


def main() -> None:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where they go: docs")
    parser.add_argument("--check", action="store_true", help="write nothing; name what is made otherwise now")
    options = parser.parse_args()
    if options.check:
        if names := stale(options.folder):
            sys.exit(f"boumb: made otherwise now: {', '.join(names)}; ./boumb export showcase docs makes them")
        return
    with _own_state():
        files = asyncio.run(make({sound.name for sound in SOUNDS}))
    for name, content in files.items():
        (options.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (options.folder / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


@contextmanager
def _own_state() -> Iterator[None]:
    """A state folder without a journal that would suggest something else each time."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("BOUMB_STATE_DIR")
        os.environ["BOUMB_STATE_DIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("BOUMB_STATE_DIR")
            if before is not None:
                os.environ["BOUMB_STATE_DIR"] = before


if __name__ == "__main__":
    main()
