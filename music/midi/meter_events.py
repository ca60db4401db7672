"""Time signatures of a Standard MIDI File, and what bars make of them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from music.grid import STEPS_PER_QUARTER, Layout, MeterChange
from music.midi import events as midi
from music.midi.events import Event, MidiEvents
from music.reading.findings import Findings
from music.reading.notices import METER_CHANGES_MOVED, METERS_APPROXIMATED, METERS_IGNORED

_SMALLEST = 8  # power of two of the beat unit; 256ths


def meter_changes(conductor: Iterable[Event], file: MidiEvents) -> list[MeterChange]:
    """Read the time signatures among other events; of several at one tick the last holds.

    Args:
        conductor: Meta events in order.
        file: The file; its findings take signatures that make no sense.
    """
    changes: dict[int, MeterChange] = {}
    for tick, _, data in conductor:
        if data[0] != midi.TIME_SIGNATURE or len(data) < 3:
            continue
        beats, power = data[1], data[2]
        if not beats or power > _SMALLEST:
            file.findings.add(
                METERS_IGNORED, changes=1, meters=f"{beats}/2^{power}" if power > _SMALLEST else f"{beats}/{1 << power}"
            )
            continue
        step = Fraction(STEPS_PER_QUARTER * tick, file.ticks_per_quarter)
        changes[tick] = MeterChange(step, beats, 1 << power)
    return [changes[tick] for tick in sorted(changes)]


def note_meters(changes: Sequence[MeterChange], layout: Layout, findings: Findings) -> None:
    """Tell which metres bars cannot say, and which changes do not stand on a bar line.

    Args:
        changes: In order.
        layout: The bars that came of them.
        findings: Takes what is to be told.
    """
    if not layout.starts:
        return
    end = layout.end_of(len(layout.starts) - 1)
    starts = set(layout.starts)
    ends = [*(change.step for change in changes[1:]), Fraction(end)]
    before: tuple[int, int] = (4, 4)
    for change, until in zip(changes, ends, strict=False):
        if change.step >= end:
            break
        bar = layout.bar_at(int(change.step))
        if change.step not in starts and (change.beats, change.unit) != before:
            findings.add(METER_CHANGES_MOVED, bar=bar, changes=1)
        before = change.beats, change.unit
        if not change.is_held and until > change.step:
            bars = max(round((min(until, Fraction(end)) - change.step) / change.length), 1)
            findings.add(METERS_APPROXIMATED, bar=bar, bars=bars, meters=f"{change.beats}/{change.unit}")
