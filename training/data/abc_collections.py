"""Folk tunes of music21's corpus, read from ABC and kept on disk because reading them takes minutes.

Only collections whose headers and music21's own notes leave their use open are listed: the tunes
were published between 1782 and 1903. The Essen collection is not, because it allows non-commercial
use only; nor are the Nottingham tunes, which are the frozen test set.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import music21
from music21 import common, converter

from training.data.music21_score import read_score
from training.data.parallel_reader import read_corpus
from training.data.tunes import Corpus, Tune, TuneChord, TuneNote, UnreadableTune

COLLECTIONS = ("airdsAirs", "oneills1850", "ryansMammoth")
FROZEN = ("nottingham-dataset",)
# Tells an old cache from what this module would read now.
_FORMAT = 4
_TUNE = re.compile(r"^X:", re.MULTILINE)
_KEY_OR_METRE = re.compile(r"^([KM]):[ \t]*([^\s%]+)|\[([KM]):[ \t]*([^\]\s]+)", re.MULTILINE)


def read_collections(names: Sequence[str], cache: Path, limit: int | None = None) -> Corpus:
    """Read collections of music21's corpus, from the cache when they have been read before.

    Args:
        names: Folders of music21's corpus.
        cache: Folder to keep what was read in.
        limit: Most tunes to read from each collection, for a quick trial; None reads all.
    """
    corpus = Path(common.getCorpusFilePath())
    return _read([source for name in names for source in _sources(corpus / name, limit)], cache)


def read_folder(folder: Path, cache: Path) -> Corpus:
    """Read the ABC files of any folder, from the cache when they have been read before.

    Args:
        folder: Holds .abc files.
        cache: Folder to keep what was read in.
    """
    return _read(_sources(folder, None), cache)


def _read(sources: Sequence["_Source"], cache: Path) -> Corpus:
    kept = cache / f"{_cache_key(sources)}.json"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _write(kept, _read_sources(sources))
    return _load(kept)


@dataclass(frozen=True, slots=True)
class _Source:
    """Text of one tune."""

    name: str
    text: str


def _sources(folder: Path, limit: int | None) -> list[_Source]:
    sources = []
    for path in sorted(folder.glob("*.abc")):
        text = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        starts = [match.start() for match in _TUNE.finditer(text)]
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), start=1):
            sources.append(_Source(f"{folder.name}/{path.stem}/{number}", text[start:end].strip() + "\n"))
    return sources[:limit]


def _cache_key(sources: Iterable[_Source]) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {music21.__version__}".encode())
    for source in sources:
        digest.update(f"{source.name}\n{source.text}".encode())
    return digest.hexdigest()[:16]


def _read_sources(sources: Sequence[_Source]) -> Corpus:
    corpus = read_corpus(_read_tune, sources, "Reading tunes")
    return replace(corpus, tunes=tuple(sorted(corpus.tunes, key=lambda tune: tune.name)))


def _read_tune(source: _Source) -> Tune:
    # music21 applies a later key to the notes but does not tell it, so the text must.
    fields = {match.group(1, 2) if match[1] else match.group(3, 4) for match in _KEY_OR_METRE.finditer(source.text)}
    for field, reason in (("K", "changes key"), ("M", "changes metre")):
        if sum(name == field for name, _ in fields) > 1:
            raise UnreadableTune(reason)
    try:
        score = converter.parse(source.text, format="abc")
    except Exception as error:
        raise UnreadableTune(f"music21: {type(error).__name__}") from error
    return read_score(score, source.name)


def _write(path: Path, corpus: Corpus) -> None:
    content = {"tunes": [asdict(tune) for tune in corpus.tunes], "skipped": corpus.skipped}
    unfinished = path.with_suffix(".unfinished.json")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.replace(path)


def _load(path: Path) -> Corpus:
    content = json.loads(path.read_text(encoding="utf-8"))
    tunes = tuple(
        Tune(
            **{
                **tune,
                "notes": tuple(TuneNote(**played) for played in tune["notes"]),
                "chords": tuple(TuneChord(**chord) for chord in tune.get("chords", ())),
                "notices": tuple(tune.get("notices", ())),
            }
        )
        for tune in content["tunes"]
    )
    return Corpus(tunes, content["skipped"])
