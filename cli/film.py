"""The studio as the README shows it, moving: `./boumb export film docs`.

A person at the real page in headless Chromium, on the real mesh: `clients/web/studio/tests/page/film.mjs` says what
they do. The music follows from the words; how smoothly it moves depends on the machine.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from cli import tools
from launcher.settings import ROOT

NAME = "studio/film.webp"
_SCRIPT = ROOT / "clients/web/studio/tests/page/film.mjs"
_WEB = ROOT / "clients/web"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_SHORTEST_MS, _LONGEST_MS, _LAST_MS = 150, 1000, 2000
_SIZE, _QUALITY = (1024, 625), 50
_WITHIN_S = 300


@contextmanager
def _studio(state: Path) -> Iterator[str]:
    """The address of a studio of its own."""
    command = [str(ROOT / "boumb"), "up"]
    environment = os.environ | {"BOUMB_STATE_DIR": str(state)}
    with subprocess.Popen(  # noqa: S603 - our own
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = ""
        try:
            while "Ctrl-C" not in said:
                line = process.stdout.readline()
                if not line:
                    sys.exit(f"boumb: the studio ended:\n{said}")
                said += line
            yield _ADDRESS.findall(said)[0]
        finally:
            process.terminate()


def take(folder: Path) -> list[float]:
    """Let a person work at the page; the pictures go into a folder.

    Returns:
        When each was seen, in seconds from the first.
    """
    chromium = tools.chromium()
    if chromium is None or not tools.npm_is_current(_WEB):
        sys.exit("boumb: this takes Node.js, Chromium and the npm packages of clients/web; ./boumb doctor")
    state, pictures = folder / "state", folder / "pictures"
    pictures.mkdir()
    options = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses to run as root
    with _studio(state) as origin:
        done = subprocess.run(  # noqa: S603 - our own
            ["node", _SCRIPT, origin, chromium, *options],  # noqa: S607 - of the PATH
            env=os.environ | {"FILM": str(pictures)},
            stdout=subprocess.PIPE,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    if done.returncode:
        sys.exit(f"boumb: the page: {done.stdout}")
    times: list[float] = json.loads((pictures / "times.json").read_text("utf-8"))
    return times


def durations(times: Sequence[float]) -> dict[int, int]:
    """The pictures to show, by number, and for how many milliseconds each.

    Args:
        times: When each was seen, in seconds.
    """
    shown = [0]
    for number, time in enumerate(times):
        if (time - times[shown[-1]]) * 1000 >= _SHORTEST_MS:
            shown.append(number)
    ends = [times[number] for number in shown[1:]]
    lasting = [round((end - times[number]) * 1000) for number, end in zip(shown, ends, strict=False)]
    return dict(zip(shown, [*(min(each, _LONGEST_MS) for each in lasting), _LAST_MS], strict=True))


def film(pictures: Path, times: Sequence[float], target: Path) -> None:
    """Write the animation.

    Args:
        pictures: Their folder.
        times: When each was seen, in seconds.
        target: The file.
    """
    shown = durations(times)
    first, *others = (
        Image.open(pictures / f"{number:04}.png").convert("RGB").resize(_SIZE, Image.Resampling.LANCZOS)
        for number in shown
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    first.save(
        target, save_all=True, append_images=others, duration=list(shown.values()), loop=0, quality=_QUALITY, method=4
    )


def main() -> None:
    """Make the animation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where it goes: docs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        times = take(Path(name))
        film(Path(name) / "pictures", times, options.folder / NAME)
    print(f"{NAME}: {(options.folder / NAME).stat().st_size:,} bytes, {len(durations(times))} pictures")


if __name__ == "__main__":
    main()
