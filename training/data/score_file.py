"""The lead line of a MusicXML file."""

from pathlib import Path

from boumbapp.music.v2.music_pb2 import Meter
from music21 import base, chord, harmony, key, meter, note, stream

from music.grid import as_meter
from music.meter import steps_per_bar
from services.theory.file_io.musicxml.score import pickup_quarters
from training.data.key_estimation import KeyGuess, settle, weights_of
from training.data.melody_track import MelodicPart, TimedNote, lead_of, line_of
from training.data.music21_score import parse_musicxml
from training.data.tunes import Tune, TuneNote, UnreadableTune

_Music = stream.Stream[base.Music21Object]
_STEPS_PER_QUARTER = 4


def read_score_file(path: Path, name: str) -> Tune:
    """Read the lead line of a score.

    Args:
        path: A MusicXML file, compressed or not.
        name: Identifies the tune.

    Raises:
        OSError: It cannot be opened.
        UnreadableTune: It makes no sense or holds no notes.
    """
    score = parse_musicxml(path.read_bytes())
    sources: list[_Music] = [*score.getElementsByClass(stream.Part)] or [score]
    parts = {part: source for source in sources if (part := _part(source)).notes}
    if not parts:
        raise UnreadableTune("no notes")
    lead = lead_of(list(parts))
    time = _meter(parts[lead])
    bar = steps_per_bar(time)
    # A pickup stands at the end of its bar.
    shift = round(pickup_quarters(score, bar / _STEPS_PER_QUARTER) * _STEPS_PER_QUARTER)
    line = line_of(lead)
    sounding = weights_of((note.pitch, note.end - note.start) for part in parts for note in part.notes)
    estimated = settle(_named_key(parts[lead]), sounding)
    notes = tuple(TuneNote(*divmod(note.start + shift, bar), note.end - note.start, note.pitch) for note in line)
    return Tune(name, "", time.beats, time.beat_unit, estimated.tonic, estimated.mode, notes[-1].bar + 1, notes)


def _part(source: _Music) -> MelodicPart:
    notes = []
    flat = source.stripTies().flatten()
    for element in flat.notes:
        if element.duration.isGrace or isinstance(element, harmony.Harmony):
            continue
        if not isinstance(element, note.Note | chord.Chord):
            continue  # unpitched
        start = round(float(element.offset) * _STEPS_PER_QUARTER)
        end = round(float(element.offset + element.quarterLength) * _STEPS_PER_QUARTER)
        notes += [TimedNote(start, max(end, start + 1), pitch.midi) for pitch in element.pitches]
    return MelodicPart(str(getattr(source, "partName", "") or ""), tuple(notes))


def _meter(source: _Music) -> Meter:
    signatures = source.recurse().getElementsByClass(meter.TimeSignature)
    found = (as_meter(signature.numerator, signature.denominator) for signature in signatures)
    return next((time for time in found if time is not None), Meter(beats=4, beat_unit=4))


def _named_key(source: _Music) -> KeyGuess | None:
    found = next(iter(source.recurse().getElementsByClass(key.KeySignature)), None)
    # A key of single accidentals has neither a number of sharps nor a mode.
    if found is None or found.sharps is None:
        return None
    minor = isinstance(found, key.Key) and found.mode == "minor"
    return KeyGuess.of_signature(found.sharps, "minor" if minor else "major")
