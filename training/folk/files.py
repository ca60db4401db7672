"""Folk tunes that no model learned, as MIDI files: `./boumb export folk-files --out DIR`, for `./boumb evaluate`.

`DIR/nottingham` holds what the installed music21 has of the Nottingham collection, the frozen test set; `DIR/held-out`
the tunes of the other collections that `training.folk.train` and the line model hold out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Key, Meter

from music.grid import Layout, Sound
from music.key_signature import simplest_key
from music.meter import steps_per_bar
from music.midi.writer import write_midi
from music.reading.placing import cut
from training.data.line_arrays import KEYS, MINOR
from training.data.line_corpus import folk_tunes
from training.data.tunes import Tune

_BPM, _VELOCITY = 120, 90
_RELATIVE_MINOR = 9  # semitones up from the major tonic


def write_files(tunes: Sequence[Tune], folder: Path) -> None:
    """Write each tune as a MIDI file named after it.

    Args:
        tunes: To write.
        folder: Where to; made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for tune in tunes:
        (folder / f"{tune.name.replace('/', '-')}.mid").write_bytes(midi_of(tune))


def midi_of(tune: Tune) -> bytes:
    """A tune as a MIDI file, a pickup at the end of its bar."""
    meter = Meter(beats=tune.beats, beat_unit=tune.beat_unit)
    steps = steps_per_bar(meter)
    sounds = [Sound(note.bar * steps + note.step, note.steps, note.pitch, _VELOCITY, 0) for note in tune.notes]
    last = tune.notes[-1]
    bars = last.bar - (-(last.step + last.steps) // steps)
    return write_midi(cut(sounds, Layout.of([meter] * bars)), _BPM, signature(tune), ROLE_MELODY, tune.title)


def signature(tune: Tune) -> Key:
    """The major or minor key that has a tune's key signature, all that MIDI can say of other modes."""
    major = (tune.tonic + KEYS[tune.mode]) % 12
    if tune.mode in MINOR:
        return simplest_key((major + _RELATIVE_MINOR) % 12, "minor")
    return simplest_key(major, "major")


def main() -> None:
    """Write the held-out folk tunes as MIDI files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="where the folders go")
    parser.add_argument(
        "--corpus", type=Path, default=Path(".boumb/corpus"), help="where what was read is kept (default: %(default)s)"
    )
    arguments = parser.parse_args()
    tunes = folk_tunes(arguments.corpus)
    for name, chosen in (("nottingham", tunes.frozen), ("held-out", tunes.held_out)):
        write_files(chosen, arguments.out / name)
        print(f"{len(chosen)} tunes in {arguments.out / name}")


if __name__ == "__main__":
    main()
