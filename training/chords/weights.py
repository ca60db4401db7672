"""Weights of the catalogue's families of harmony from what songs do: `./boumb export harmony --data DIR`.

A weight is a percentage within its tonality. What the cited books let expect stands in as songs of its own, a third
as many as were counted: the corpus ends in 1991, and loops of four chords became more common after it. Weights by kind
of section lean on those of all sections. A family is counted where its file names the corpus; others keep judgements.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from boumbapp.music.v2.music_pb2 import Key

from services.theory.catalogue.catalogue import DATA, Catalogue
from services.theory.catalogue.harmony_family import SECTIONS, Bar, HarmonyFamily, TypicalProgression, parse_bars
from services.theory.harmony.chord_symbols import parse_numeral
from training.chords.statistics import ANY, Bars, CountedSong, Triad, counted, endings_of, paces_of, songs_with
from training.chords.vocabulary import symbol_of_message, triad_of
from training.data.billboard import read_billboard
from training.data.skipping import EmptyFolder
from training.data.splits import billboard_split

NAME = "billboard-chords"
_TRUST, _LEAST_TRUST = 1 / 3, 20  # judgement as songs: a share of those counted, and at least so many
_SECTION_TRUST = 30  # songs for which the weights of all sections stand in those of one
_LINE = re.compile(r"(?P<indent> {4})(?P<text>[^:#]+): (?P<weight>[\d.]+|\{.*\})")
_TONALITY = re.compile(r" {2}(?P<slug>\w+):(?: &\w+)?")
_Weights = Mapping[str, float]


def triads_of(bars: Sequence[Bar], scale: str, catalogue: Catalogue) -> Bars:
    """A progression of the catalogue as triads over its tonic.

    Args:
        bars: Numerals by bar.
        scale: Slug of the scale whose degrees they count.
        catalogue: Where the scale is looked up.
    """
    key = Key(tonic="C", scale=scale)
    chords = [[parse_numeral(numeral, key, catalogue) for numeral in bar] for bar in bars]
    return tuple(
        tuple(dict.fromkeys(triad_of(symbol_of_message(chord, 0)) for chord in bar if chord is not None))
        for bar in chords
    )


def changes_of(bars: Bars) -> tuple[Triad, ...]:
    """The triads of bars in a row, each other than the one before."""
    triads = [triad for bar in bars for triad in bar]
    return tuple(triad for place, triad in enumerate(triads) if not place or triad != triads[place - 1])


def weights_of(
    progressions: Sequence[TypicalProgression], scale: str, songs: Sequence[CountedSong], catalogue: Catalogue
) -> list[dict[str, float]]:
    """Weights of a tonality's progressions in percent: "judged", "any" and by kind of section.

    Args:
        progressions: Of the tonality.
        scale: Its slug.
        songs: To count.
        catalogue: Where scales are looked up.
    """
    minor = catalogue.scales[scale].is_minor
    triads = [triads_of(each.bars, scale, catalogue) for each in progressions]
    # Progressions that differ in sevenths alone share their songs.
    found = songs_with(songs, dict.fromkeys(triads, minor))
    sharing = [triads.count(each) for each in triads]
    rows: list[dict[str, float]] = [{"judged": each.judged} for each in progressions]
    judged = _shares([each.judged for each in progressions])
    behind = judged
    for kind in (ANY, *SECTIONS):
        counts = [found[each].get(kind, 0) / share for each, share in zip(triads, sharing, strict=True)]
        trust = max(_TRUST * sum(counts), _LEAST_TRUST) if kind == ANY else _SECTION_TRUST
        shares = [(count + trust * share) / (sum(counts) + trust) for count, share in zip(counts, behind, strict=True)]
        behind = shares if kind == ANY else behind
        for row, share in zip(rows, shares, strict=True):
            row[kind] = round(100 * share, 1)
    return rows


def cadence_weights(
    cadences: Sequence[TypicalProgression], scale: str, songs: Sequence[CountedSong], catalogue: Catalogue
) -> list[dict[str, float]]:
    """Weights of a tonality's cadences in percent: "judged" and "any".

    Args:
        cadences: Of the tonality.
        scale: Its slug.
        songs: To count.
        catalogue: Where scales are looked up.
    """
    minor = catalogue.scales[scale].is_minor
    triads = [changes_of(triads_of(each.bars, scale, catalogue)) for each in cadences]
    found = endings_of(songs, dict.fromkeys(triads, minor))
    counts = [found[each] for each in triads]
    trust = max(_TRUST * sum(counts), _LEAST_TRUST)
    judged = _shares([each.judged for each in cadences])
    return [
        {"judged": each.judged, "any": round(100 * (count + trust * share) / (sum(counts) + trust), 1)}
        for each, count, share in zip(cadences, counts, judged, strict=True)
    ]


def paces_in(families: Sequence[HarmonyFamily], songs: Sequence[CountedSong], catalogue: Catalogue) -> dict[str, int]:
    """Percent of songs in which a counted progression lasts twice, or half, as long as it is written.

    Args:
        families: Whose progressions are looked for.
        songs: To count.
        catalogue: Where scales are looked up.
    """
    progressions = {
        triads_of(each.bars, scale, catalogue): catalogue.scales[scale].is_minor
        for family in families
        for scale, choices in family.tonalities.items()
        for each in choices
    }
    found = paces_of(songs, progressions)
    total = sum(found.values()) or 1
    return {pace: round(100 * found.get(pace, 0) / total) for pace in ("half", "double")}


def named_progressions(songs: Sequence[CountedSong], catalogue: Catalogue) -> dict[str, dict[str, int]]:
    """How many songs begin a section with each progression that the catalogue has a name for, by kind of section.

    Args:
        songs: To count.
        catalogue: Whose progressions are looked for.
    """
    found: dict[str, dict[str, int]] = {}
    for name, entry in catalogue.progressions.items():
        scale = next((scale for scale in ("major", "minor", "mixolydian", "dorian") if scale in entry.scales), "")
        if scale:
            bars = triads_of([(numeral,) for numeral in entry.numerals], scale, catalogue)
            found[name] = songs_with(songs, {bars: catalogue.scales[scale].is_minor})[bars]
    return {name: kinds for name, kinds in sorted(found.items(), key=lambda item: -item[1].get(ANY, 0)) if kinds}


def rewritten(
    text: str, family: HarmonyFamily, songs: Sequence[CountedSong], paces: _Weights, catalogue: Catalogue
) -> str:
    """The file of a family with counted weights; everything else of it stays.

    Args:
        text: The file as it is.
        family: What it says.
        songs: To count.
        paces: How fast chords change, in percent.
        catalogue: Where scales are looked up.
    """
    return "\n".join(_lines(text, family, songs, paces, catalogue))


def _lines(
    text: str, family: HarmonyFamily, songs: Sequence[CountedSong], paces: _Weights, catalogue: Catalogue
) -> Iterator[str]:
    weights: dict[tuple[Bar, ...], dict[str, float]] = {}
    in_cadences = False
    for line in text.split("\n"):
        if line.startswith("paces:"):
            continue
        if line.startswith("cadences:"):
            in_cadences = True
        if line.startswith("counted:"):
            yield f"paces: {_flow(paces)}"
        found, tonality = _LINE.fullmatch(line), _TONALITY.fullmatch(line)
        if tonality:
            scale = tonality["slug"]
            choices = (family.cadences if in_cadences else family.tonalities)[scale]
            count = cadence_weights if in_cadences else weights_of
            rows = count(choices, scale, songs, catalogue)
            weights = {each.bars: row for each, row in zip(choices, rows, strict=True)}
        if found:
            line = f"{found['indent']}{found['text']}: {_flow(weights[parse_bars(found['text'])])}"  # noqa: PLW2901
        yield line


def _flow(weights: _Weights) -> str:
    return "{" + ", ".join(f"{name}: {weight:g}" for name, weight in weights.items()) + "}"


def _shares(weights: Sequence[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def main() -> None:
    """Write the weights of all counted families into their files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the McGill Billboard annotations")
    parser.add_argument("--out", type=Path, default=DATA / "harmonies", help="folder of the families (default: ours)")
    options = parser.parse_args()
    try:
        corpus = read_billboard(options.data)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")
    catalogue = Catalogue.load()
    families = [family for family in catalogue.harmonies.values() if family.counted == NAME]
    songs = [counted(song) for song in corpus.songs if billboard_split(song.name) == "train"]
    paces = paces_in(families, songs, catalogue)
    for family in families:
        path = options.out / f"{family.slug}.yaml"
        path.write_text(rewritten(path.read_text(encoding="utf-8"), family, songs, paces, catalogue), encoding="utf-8")
        print(f"{family.slug}: {', '.join(family.tonalities)}")


if __name__ == "__main__":
    main()
