"""Sounds and drum onsets put into bars: cut at bar lines, micro-timing as ticks, finer steps where repeats are fast.

A bar is in sixteenths. Only where one pitch or one piece is struck twice within a sixteenth is the bar divided finer,
in 32nds or in 48ths, so that no stroke is lost.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from boumbapp.music.v2.music_pb2 import Bar, DrumPiece, Flam, Note, Roll

from music.grid import (
    LONGEST_ROLL,
    MAX_IN_BAR,
    MAX_STROKES,
    SHORTEST_ROLL,
    TICKS_PER_STEP,
    DrumOnset,
    Layout,
    Sound,
    articulate,
)
from music.meter import steps_per_bar
from music.reading.findings import Findings
from music.reading.notices import (
    BARS_TOO_FULL,
    HITS_APPROXIMATED,
    HITS_JOINED,
    NOTES_JOINED,
    NOTES_LENGTHENED,
    NOTES_SHORTENED,
    NOTES_TOO_FAST,
)

_TICKS_PER_QUARTER = 4 * TICKS_PER_STEP
_FINER = (6, 8, 12)  # divisions that a bar with fast repeats may have: triplets of sixteenths, 32nds, their triplets
_EVEN_TICKS, _EVEN_VELOCITY = 3, 4  # how far strokes of a roll may be from its own
_CUT_TICKS = 12  # a note that ends so much early is not worth a word
_Key = TypeVar("_Key", int, DrumPiece.ValueType)


def cut(sounds: Iterable[Sound], layout: Layout, findings: Findings | None = None, track: str = "") -> list[Bar]:
    """Cut sounds at bar lines into tied notes; of one pitch, only one sounds at a time.

    Args:
        sounds: In any order.
        layout: Where the bars begin; what lies beyond the last one is left out.
        findings: Takes what could not be kept.
        track: Name of the track, for the findings.
    """
    findings = Findings() if findings is None else findings
    bars = _empty_bars(layout)
    kept = _one_per_pitch(sounds, layout, findings, track)
    finer = _finer_bars([(layout.bar_at(sound.step), sound.pitch, sound.step, sound.onset) for sound in kept], layout)
    for sound in kept:
        index = layout.bar_at(sound.step)
        if index >= len(bars):
            continue
        if index in finer and (sound.pitch, sound.onset) not in finer[index][1]:
            findings.add(NOTES_TOO_FAST, bar=index, track=track, notes=1)
            continue
        if _write(sound, bars, layout, finer):
            findings.add(NOTES_LENGTHENED, bar=index, track=track, notes=1)
    for index, (divisions, _) in finer.items():
        bars[index].divisions = divisions
    for bar in bars:
        bar.notes.sort(key=lambda note: (note.start_step, note.pitch))
    _keep_within_limits(bars, findings, track)
    return bars


def place(strokes: Iterable[DrumOnset], layout: Layout, findings: Findings | None = None, track: str = "") -> list[Bar]:
    """Put drum onsets into bars; even ones of a piece on one step become a roll.

    Args:
        strokes: In any order.
        layout: Where the bars begin.
        findings: Takes what could not be kept.
        track: Name of the track, for the findings.
    """
    findings = Findings() if findings is None else findings
    places: dict[tuple[int, DrumPiece.ValueType], list[DrumOnset]] = {}
    for stroke in strokes:
        places.setdefault((stroke.step, stroke.piece), []).append(stroke)
    placed: list[DrumOnset] = []
    for (step, _), together in sorted(places.items()):
        apart = _apart(sorted(together, key=lambda stroke: (stroke.offset, -stroke.velocity)))
        if left := len(together) - len(apart):
            findings.add(HITS_JOINED, bar=layout.bar_at(step), track=track, hits=left)
        placed += _articulated(apart)
    finer = _finer_bars([(layout.bar_at(each.step), each.piece, each.step, each.onset) for each in placed], layout)
    bars = _empty_bars(layout)
    rest: dict[tuple[int, DrumPiece.ValueType], list[DrumOnset]] = defaultdict(list)
    for stroke in placed:
        index = layout.bar_at(stroke.step)
        found = finer.get(index)
        at = found[1].get((stroke.piece, stroke.onset)) if found else None
        if found is None:
            _add_hit(bars[index], stroke, stroke.step - layout.starts[index], TICKS_PER_STEP, layout.starts[index])
        elif at is not None:
            _add_hit(bars[index], stroke, at, _TICKS_PER_QUARTER // found[0], layout.starts[index])
        else:
            rest[stroke.step, stroke.piece].append(stroke)
    for (step, piece), left_over in rest.items():
        # Faster than any division: the hit that stands there rolls.
        index = layout.bar_at(step)
        findings.add(HITS_APPROXIMATED, bar=index, track=track, hits=len(left_over))
        size = _TICKS_PER_QUARTER // finer[index][0]
        near = [hit for hit in bars[index].hits if hit.piece == piece]
        first = left_over[0].onset - layout.starts[index] * TICKS_PER_STEP
        hit = min(near, key=lambda hit: abs(hit.step * size + hit.offset_ticks - first))
        count = min(len(left_over) + 1, MAX_STROKES)
        span = max((left_over[-1].onset - left_over[0].onset) * count // max(count - 1, 1), SHORTEST_ROLL)
        roll = Roll(strokes=count, span_ticks=min(span, LONGEST_ROLL), last_velocity=left_over[-1].velocity)
        articulate(hit, roll)
    for index, (divisions, _) in finer.items():
        bars[index].divisions = divisions
        bars[index].hits.sort(key=lambda hit: (hit.step, hit.piece))
    _keep_within_limits(bars, findings, track)
    return bars


def _keep_within_limits(bars: Iterable[Bar], findings: Findings, track: str) -> None:
    """Leave out what is more than a bar may hold, in place.

    Args:
        bars: All bars.
        findings: Takes how much it is.
        track: Name of the track.
    """
    for bar in bars:
        beyond = max(len(bar.notes) - MAX_IN_BAR, 0) + max(len(bar.hits) - MAX_IN_BAR, 0)
        if beyond:
            findings.add(BARS_TOO_FULL, bar=bar.index, track=track, notes=beyond)
            del bar.notes[MAX_IN_BAR:], bar.hits[MAX_IN_BAR:]


def _empty_bars(layout: Layout) -> list[Bar]:
    return [Bar(index=index, meter=meter) for index, meter in enumerate(layout.meters)]


def _one_per_pitch(sounds: Iterable[Sound], layout: Layout, findings: Findings, track: str) -> list[Sound]:
    """End each sound where its pitch is struck again; drop one that is struck again at its own onset.

    Args:
        sounds: In any order.
        layout: Of the bars.
        findings: Takes what is dropped or ends early.
        track: Name of the track.
    """
    ordered = sorted(sounds, key=lambda sound: (sound.pitch, sound.step, sound.offset, sound.duration))
    kept = []
    for sound, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following is not None and following.pitch == sound.pitch:
            bar = layout.bar_at(sound.step)
            if following.onset <= sound.onset:
                findings.add(NOTES_JOINED, bar=bar, track=track, notes=1)
                continue
            if sound.end > following.onset + _CUT_TICKS:
                findings.add(NOTES_SHORTENED, bar=bar, track=track, notes=1)
            if sound.step + sound.duration > following.step:
                end = min(sound.end, following.onset)
                duration = max(following.step - sound.step, 1)
                release = end - (sound.step + duration) * TICKS_PER_STEP
                kept.append(replace(sound, duration=duration, release=release))
                continue
        kept.append(sound)
    return kept


# Divisions of a bar, and for each pitch or piece and onset in ticks the step at these divisions.
_Finer = tuple[int, Mapping[tuple[int, int], int]]


def _finer_bars(onsets: Sequence[tuple[int, int, int, int]], layout: Layout) -> dict[int, _Finer]:
    """Find the bars in which something is struck twice on a step, and where all of it stands on finer steps.

    Args:
        onsets: Bar, pitch or piece, step, and tick of each.
        layout: Of the bars.
    """
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for _, key, step, _ in onsets:
        counts[key, step] += 1
    crowded = {bar for bar, key, step, _ in onsets if counts[key, step] > 1 and bar < len(layout.starts)}
    if not crowded:
        return {}
    ticks: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for bar, key, _, tick in onsets:
        if bar in crowded:
            ticks[bar][key].append(tick)
    return {bar: _finer(keys, layout.starts[bar], layout.end_of(bar)) for bar, keys in ticks.items()}


def _finer(keys: Mapping[int, list[int]], start: int, end: int) -> _Finer:
    """The division that keeps most of a bar; of several, the one that all of it stands nearest to.

    Args:
        keys: Ticks of each pitch or piece.
        start: First step of the bar, in sixteenths.
        end: First step after it.
    """
    choices: list[tuple[int, int, _Finer]] = []
    for divisions in _FINER:
        size = _TICKS_PER_QUARTER // divisions
        steps, rest = divmod((end - start) * TICKS_PER_STEP, size)
        if rest:
            continue
        found = {
            (key, tick): step
            for key, same in keys.items()
            for tick, step in _steps_of(sorted(same), start * TICKS_PER_STEP, size, steps).items()
        }
        away = sum(abs(tick - start * TICKS_PER_STEP - step * size) for (_, tick), step in found.items())
        choices.append((-len(found), away, (divisions, found)))
    return min(choices, key=lambda choice: choice[:2])[2]


def _steps_of(ticks: Sequence[int], start: int, size: int, steps: int) -> dict[int, int]:
    """A step of its own for each tick, as near as micro-timing reaches; ticks that find none are left out.

    Args:
        ticks: In order.
        start: Tick of the bar line.
        size: Ticks of a step.
        steps: Steps of the bar.
    """
    found: dict[int, int] = {}
    last = -1
    for position, tick in enumerate(ticks):
        nearest = round((tick - start) / size)
        latest = steps - min(len(ticks) - position, steps)  # leaves room for those that follow
        step = max(min(nearest, latest), last + 1, 0)
        if step < steps and abs(tick - start - step * size) <= TICKS_PER_STEP:
            found[tick] = last = step
    return found


def _write(sound: Sound, bars: Sequence[Bar], layout: Layout, finer: Mapping[int, _Finer]) -> bool:
    """Write one sound as notes of the bars that it sounds in; whether it has to last longer than it does.

    Args:
        sound: The sound.
        bars: All bars.
        layout: Of the bars.
        finer: Bars with finer steps.
    """
    index = layout.bar_at(sound.step)
    step, left, release = sound.step, sound.duration, 0
    while left > 0 and index < len(bars):
        duration = min(left, layout.end_of(index) - step)
        left -= duration
        note = bars[index].notes.add(
            pitch=sound.pitch,
            start_step=step - layout.starts[index],
            duration_steps=duration,
            velocity=sound.velocity,
            offset_ticks=sound.offset if step == sound.step else 0,
            release_ticks=0 if left else sound.release,
            tied=step != sound.step,
            name=sound.name,
        )
        if index in finer:
            _refine(note, sound, layout.starts[index] * TICKS_PER_STEP, finer[index], steps_per_bar(bars[index].meter))
        step += duration
        index += 1
        release, note.release_ticks = note.release_ticks, _within(note.release_ticks)
    return release < -TICKS_PER_STEP


def _refine(note: Note, sound: Sound, start: int, finer: _Finer, sixteenths: int) -> None:
    """Say a note of a bar in finer steps, in place.

    Args:
        note: As it is in sixteenths.
        sound: What it is a part of.
        start: Tick of the bar line.
        finer: The bar's divisions and steps.
        sixteenths: Of the bar.
    """
    size = _TICKS_PER_QUARTER // finer[0]
    reaches_line = note.start_step + note.duration_steps == sixteenths
    steps = sixteenths * TICKS_PER_STEP // size
    if not note.tied:
        note.start_step = finer[1][sound.pitch, sound.onset]
        note.offset_ticks = sound.onset - start - note.start_step * size
    if reaches_line and sound.end - start > sixteenths * TICKS_PER_STEP + TICKS_PER_STEP:
        end = steps
    else:
        following = [step for (pitch, tick), step in finer[1].items() if pitch == sound.pitch and tick > sound.onset]
        end = min(round((sound.end - start) / size), steps, *following)
        end = max(end, note.start_step + 1)
        note.release_ticks = sound.end - start - end * size
    note.duration_steps = end - note.start_step


def _within(ticks: int) -> int:
    return min(max(ticks, -TICKS_PER_STEP), TICKS_PER_STEP)


def _apart(together: Sequence[DrumOnset]) -> list[DrumOnset]:
    """Onsets of a piece on one step, of those at one tick the loudest."""
    kept: list[DrumOnset] = []
    for stroke in together:
        if not kept or stroke.offset != kept[-1].offset or stroke.articulation or kept[-1].articulation:
            kept.append(stroke)
    return kept


def _articulated(apart: Sequence[DrumOnset]) -> list[DrumOnset]:
    """The onsets as one roll or flam where that says them exactly, else as they are."""
    if len(apart) == 1 or len(apart) > MAX_STROKES or any(stroke.articulation for stroke in apart):
        return list(apart)
    first, last, count = apart[0], apart[-1], len(apart)
    between = last.offset - first.offset
    span = between * count // (count - 1)
    if count == 2 and span < SHORTEST_ROLL:
        return [replace(last, articulation=Flam(lead_ticks=max(between, 1), velocity=first.velocity))]
    for number, stroke in enumerate(apart):
        even = first.velocity + (last.velocity - first.velocity) * number / (count - 1)
        late = abs(stroke.offset - first.offset - number * span // count)
        if late > _EVEN_TICKS or abs(stroke.velocity - even) > _EVEN_VELOCITY:
            return list(apart)
    if span < SHORTEST_ROLL:
        return list(apart)
    return [replace(first, articulation=Roll(strokes=count, span_ticks=span, last_velocity=last.velocity))]


def _add_hit(bar: Bar, stroke: DrumOnset, step: int, size: int, start: int) -> None:
    """Add a hit to its bar.

    Args:
        bar: The bar.
        stroke: The hit in sixteenths.
        step: Its step at the bar's divisions.
        size: Ticks of such a step.
        start: First step of the bar in sixteenths.
    """
    offset = stroke.onset - start * TICKS_PER_STEP - step * size
    hit = bar.hits.add(piece=stroke.piece, step=step, velocity=stroke.velocity, offset_ticks=offset)
    articulate(hit, stroke.articulation)
