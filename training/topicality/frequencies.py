"""Makes the table of how common words are in general: stems of French and English, with what part of speech they are.

python -m training.topicality.frequencies WORDFREQ_DATA EN_LEXICON FR_LEXICON
reads the lists of wordfreq (large_en.msgpack.gz, large_fr.msgpack.gz) and the lexicons of textblob (en-lexicon.txt) and
textblob-fr (fr-lexicon.txt), and needs msgpack.
"""

import gzip
import math
import re
import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path

from services.rag.retrieval.frequencies import FILE, STEP
from services.rag.retrieval.words import fold, stem

_LEAST = 3.0  # Zipf; a rarer word may be a name or a slip
_WORD = re.compile(r"[a-z]{2,}")
_HEADER = (
    "# Stems by language, how common they are (Zipf, after van Heuven et al., 2014: the logarithm of their uses in a\n"
    "# thousand million words) and whether most of their uses are nouns. Made by training/topicality/frequencies.py\n"
    "# of wordfreq 3.1.1 (Robyn Speer; data under CC BY-SA 4.0, so this table is too); parts of speech are those of\n"
    "# Brill's tagger and of Lefff (Sagot et al.) as textblob and textblob-fr have them.\n"
)


def _parts_of_speech(lexicon: Path) -> dict[str, str]:
    """The first tag of each word, of the lower-case word where there are both."""
    tags: dict[str, str] = {}
    lower: set[str] = set()
    for line in lexicon.read_text("utf-8").splitlines():
        fields = line.split()
        if line.startswith(";") or len(fields) < 2:
            continue
        word = fold(fields[0])
        if word not in tags or (word not in lower and fields[0].islower()):
            tags[word] = fields[1]
        if fields[0].islower():
            lower.add(word)
    return tags


def _lines(data: Path, lexicon: Path, locale: str) -> list[str]:
    tags = _parts_of_speech(lexicon)
    uses: dict[str, float] = defaultdict(float)
    tagged: dict[str, float] = defaultdict(float)
    nouns: dict[str, float] = defaultdict(float)
    with gzip.open(data / f"large_{locale}.msgpack.gz") as file:
        bands = import_module("msgpack").load(file, raw=False)[1:]
    for centibels, words in enumerate(bands, start=1):
        for word in map(fold, words):
            if _WORD.fullmatch(word):
                stemmed, share = stem(word, locale), 10 ** (-centibels / 100)
                uses[stemmed] += share
                if word in tags:
                    tagged[stemmed] += share
                    nouns[stemmed] += share * tags[word].startswith("N")
    rows: dict[tuple[int, str], list[str]] = defaultdict(list)
    for stemmed, share in uses.items():
        zipf = 9 + math.log10(share)
        if zipf >= _LEAST:
            known = tagged[stemmed]
            part = "?" if not known else "n" if nouns[stemmed] >= known / 2 else "o"
            rows[round(zipf / STEP), part].append(stemmed)
    return [f"{locale} {band} {part} {' '.join(sorted(rows[band, part]))}" for band, part in sorted(rows)]


def main() -> None:
    """Write the table beside the module that reads it."""
    data, english, french = map(Path, sys.argv[1:])
    lines = [*_lines(data, english, "en"), *_lines(data, french, "fr")]
    FILE.write_text(_HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
