"""What songs do with their chords, counted in songs: progressions, how fast chords change, cadences, and form.

A song counts once for a progression in a kind of section, however often it repeats it. Progressions of the catalogue
are counted where a section begins with them, all others where a phrase does, or four, eight... bars later; as triads:
a seventh changes no function.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from training.chords.lines import line_of
from training.chords.vocabulary import numeral_of, symbol_of, triad_of
from training.data.billboard import ChordSong, bars_of

Triad = tuple[int, bool]
Bars = tuple[tuple[Triad, ...], ...]
ANY = "any"
_MAIN = ("verse", "chorus")
_LENGTHS = (4, 8)
_STRIDE = 4
# A progression that fewer songs share is a song's own.
_FEWEST = 3
# A vamp of two chords has no pace of its own: slower and faster ones are other vamps.
_FEW_CHORDS = 3
_PHRASE_END = 4  # bars in which a cadence is looked for


@dataclass(frozen=True, slots=True)
class CountedSong:
    """A song as triads by bar.

    Attributes:
        name: Of the song.
        minor: Whether it is in minor.
        bars: Its triads; a bar without chords is empty.
        starts: Places where progressions may begin, and the kinds of their sections.
        openings: Where sections begin, and their kinds.
        tails: The last triads of each phrase, each other than the one before, and the kind of its section.
    """

    name: str
    minor: bool
    bars: Bars
    starts: tuple[tuple[int, str], ...]
    openings: tuple[tuple[int, str], ...]
    tails: tuple[tuple[tuple[Triad, ...], str], ...]


def counted(song: ChordSong) -> CountedSong:
    """What is counted of a song.

    Args:
        song: As it was read.
    """
    bars = tuple(tuple(dict.fromkeys(triad_of(symbol_of(chord)) for chord in bar)) for bar in bars_of(song))
    starts: list[tuple[int, str]] = []
    tails: list[tuple[tuple[Triad, ...], str]] = []
    for first, end in zip(song.phrases, (*song.phrases[1:], song.bars), strict=True):
        kind = next(section.kind for section in reversed(song.sections) if section.first <= first)
        starts.extend((place, kind) for place in range(first, end, _STRIDE))
        triads = [triad for bar in bars[max(first, end - _PHRASE_END) : end] for triad in bar]
        changes = [triad for place, triad in enumerate(triads) if not place or triad != triads[place - 1]]
        tails.append((tuple(changes), kind))
    openings = tuple((section.first, section.kind) for section in song.sections)
    return CountedSong(song.name, line_of(song).minor, bars, tuple(starts), openings, tuple(tails))


def at_paces(bars: Bars) -> dict[str, Bars]:
    """A progression as it is written, and one that changes in every bar twice as slow and twice as fast.

    Args:
        bars: The progression.
    """
    paces = {"written": bars}
    if len(set(bars)) >= _FEW_CHORDS and all(len(bar) == 1 and bar != after for bar, after in pairwise(bars)):
        paces["half"] = tuple(bar for bar in bars for _ in range(2))
        if len(bars) % 2 == 0:
            paces["double"] = tuple((*first, *second) for first, second in zip(bars[::2], bars[1::2], strict=True))
    return paces


def songs_with(songs: Sequence[CountedSong], progressions: Mapping[Bars, bool]) -> dict[Bars, dict[str, int]]:
    """How many songs begin a section with each progression at any pace: verses or choruses, and each kind of section.

    Args:
        songs: To count.
        progressions: Those to look for, and whether in minor.
    """
    wanted: dict[bool, dict[Bars, Bars]] = {False: {}, True: {}}
    for bars, minor in progressions.items():
        for paced in at_paces(bars).values():
            wanted[minor].setdefault(paced, bars)
    found: dict[Bars, defaultdict[str, set[str]]] = {bars: defaultdict(set) for bars in progressions}
    for song in songs:
        lengths = {len(paced) for paced in wanted[song.minor]}
        for place, kind in song.openings:
            for length in lengths:
                if played := wanted[song.minor].get(song.bars[place : place + length]):
                    found[played][kind].add(song.name)
                    if kind in _MAIN:  # what a piece without sections is like
                        found[played][ANY].add(song.name)
    return {bars: {kind: len(names) for kind, names in kinds.items()} for bars, kinds in found.items()}


def paces_of(songs: Sequence[CountedSong], progressions: Mapping[Bars, bool]) -> dict[str, int]:
    """How many songs begin a section with one of the progressions at each pace, those that have more than one.

    Args:
        songs: To count.
        progressions: As for `songs_with`.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for song in songs:
        for bars, minor in progressions.items():
            paces = at_paces(bars)
            if minor != song.minor or len(paces) == 1:
                continue
            for pace, paced in paces.items():
                if any(song.bars[place : place + len(paced)] == paced for place, _ in song.openings):
                    found[pace].add(song.name)
    return {pace: len(names) for pace, names in sorted(found.items())}


def endings_of(
    songs: Sequence[CountedSong], cadences: Mapping[tuple[Triad, ...], bool]
) -> dict[tuple[Triad, ...], int]:
    """How many songs end a phrase with each cadence.

    Args:
        songs: To count.
        cadences: Triads that end on the tonic, and whether in minor.
    """
    return {
        cadence: sum(
            any(tail[-len(cadence) :] == cadence for tail, _ in song.tails) for song in songs if song.minor == minor
        )
        for cadence, minor in cadences.items()
    }


def common_progressions(songs: Sequence[CountedSong]) -> dict[str, dict[str, dict[str, int]]]:
    """Progressions of four and eight bars that several songs share, by tonality, with songs by kind of section."""
    found: defaultdict[tuple[str, str], defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for song in songs:
        tonality = "minor" if song.minor else "major"
        for place, kind in song.starts:
            for length in _LENGTHS:
                bars = song.bars[place : place + length]
                if len(bars) == length and all(bars) and len(set(bars)) > 1:
                    for each in (ANY, kind):
                        found[tonality, text_of(bars)][each].add(song.name)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1][ANY]), item[0]))
    result: dict[str, dict[str, dict[str, int]]] = {"major": {}, "minor": {}}
    for (tonality, text), kinds in ordered:
        if len(kinds[ANY]) >= _FEWEST:
            result[tonality][text] = {kind: len(names) for kind, names in sorted(kinds.items())}
    return result


def common_cadences(songs: Sequence[CountedSong]) -> dict[str, dict[str, int]]:
    """The last two chords of phrases, by tonality, in songs; those that several share."""
    found: dict[str, Counter[str]] = {"major": Counter(), "minor": Counter()}
    for song in songs:
        pairs = {" ".join(map(numeral_of, tail[-2:])) for tail, _ in song.tails if len(tail) > 1}
        found["minor" if song.minor else "major"].update(pairs)
    return {
        tonality: {text: count for text, count in counts.most_common() if count >= _FEWEST}
        for tonality, counts in found.items()
    }


def harmonic_rhythm(songs: Sequence[ChordSong]) -> dict[str, dict[str, float]]:
    """Share of bars with one, two, three or more chords, and bars for which a chord lasts, by kind of section."""
    bars: defaultdict[str, Counter[int]] = defaultdict(Counter)
    changes: Counter[str] = Counter()
    for song in songs:
        before = None
        for chords in bars_of(song):
            if not chords:
                continue
            kind = song.sections[chords[0].section].kind
            bars[kind][min(len(chords), 3)] += 1
            for chord in chords:
                symbol = symbol_of(chord)
                changes[kind] += symbol != before
                before = symbol
    shares: dict[str, dict[str, float]] = {}
    for kind, counts in sorted(bars.items()):
        total = sum(counts.values())
        shares[kind] = {str(number): round(counts[number] / total, 3) for number in (1, 2, 3)}
        shares[kind]["bars_per_chord"] = round(total / max(changes[kind], 1), 2)
    return shares


def forms(songs: Sequence[ChordSong]) -> dict[str, dict[str, int]]:
    """Lengths of sections in bars by kind, and what kind follows what, each in sections."""
    lengths: defaultdict[str, Counter[int]] = defaultdict(Counter)
    follows: Counter[str] = Counter()
    for song in songs:
        for section in song.sections:
            lengths[section.kind][section.bars] += 1
        follows.update(f"{first.kind} {second.kind}" for first, second in pairwise(song.sections))
    result = {
        f"bars of {kind}": {str(bars): count for bars, count in counts.most_common(8)}
        for kind, counts in sorted(lengths.items())
    }
    result["follows"] = dict(follows.most_common(30))
    return result


def text_of(bars: Bars) -> str:
    """A progression as numerals over the major scale: "I | V | vi | IV"."""
    return " | ".join(" ".join(map(numeral_of, bar)) for bar in bars)
