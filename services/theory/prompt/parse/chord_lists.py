"""Finds chord progressions in a prompt: symbols, solfège, roman numerals, degrees in figures, and names.

"Am F C G", "La m Fa Do Sol", "II-V-I", "1-5-6-4", "cadence andalouse".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from services.theory.harmony.chord_symbols import parse_symbol
from services.theory.prompt.parse.bar_lists import BAR_LINE, PlacedChord, after_signs, in_bars
from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.tonics import SOLFEGE, parse_tonic
from services.theory.prompt.parse.tunes import is_tune
from services.theory.prompt.parse.vocabulary import PhraseKind

_CHUNK = re.compile(
    r"[A-Ga-g](?:#|b)?(?:-(?=\d|\s|$|\||,))?[A-Za-z0-9#+°øΔ^]*(?:\([^()\s]{1,8}\))?(?:/[A-G](?:#|b)?(?![A-Za-z/]))?(?:-\d+)?"
)
_SOLFEGE_CHUNK = re.compile(
    r"(?P<name>do|ut|re|mi|fa|sol|la|si)(?P<rest>[b#]?(?:-(?=\d))?[a-z0-9#+°øΔ^]*)", re.IGNORECASE
)
_ONE_NUMERAL = (
    r"[b#]?(?:VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(?:maj7|M7|m7b5|ø7?|°7?|\+|dim7?|sus[24]|m|7|9|6|11|13)*"
)
# A dominant of another degree: "V/V", "V7/ii"; not the row "I/V/vi".
_NUMERAL = re.compile(
    rf"(?:(?<!/)(?:V7?|vii°7?)/[b#]?(?:VI|V|IV|III|II|vi|v|iv|iii|ii)(?![A-Za-z/])|{_ONE_NUMERAL})(?![A-Za-z0-9'])"
)
_FIGURES = re.compile(r"[1-7](?:-[1-7]){2,15}(?![\d/-])|[1-7](?: [1-7]){2,15}(?![\d/])")
_SEPARATORS = frozenset({",", "|", "-", ">", ";", "/"})
_AND = frozenset({"et", "and"})
_JOINING_WORDS = _AND | {"puis", "then"}
_HINTS = frozenset(
    "accords accord chords chord progression grille changes suite harmonie over sequence cadence vamp "
    "enchainement".split()
)
_QUALITIES = {
    "m": "m", "min": "m", "mineur": "m", "minor": "m", "mineure": "m",
    "maj": "", "majeur": "", "major": "", "majeure": "", "dim": "dim", "aug": "aug",
}  # fmt: skip
_EXTENSIONS = frozenset({"7", "9", "6", "11", "13"})
_KEY_WORDS = frozenset({"en", "in", "key", "tonalite", "de", "from", "of", "to", "vers"})
_BEFORE = 3  # tokens within which a word such as "accords" announces a list
_MAX_CHORDS = 64
_ENOUGH = 3  # names in a row that make a progression without further signs


@dataclass(frozen=True, slots=True)
class ProgressionMention:
    """Chords that tokens `first` to before `last` name, in one of three ways.

    Attributes:
        symbols: Chord symbols with letters.
        numerals: Roman numerals as written, or the degrees of figures in upper case.
        name: Slug of a progression of the catalogue.
        further_names: Slugs of progressions that follow it.
        bar_of: Bar of each symbol, from 0, where some share a bar; else empty.
    """

    first: int
    last: int
    symbols: tuple[str, ...] = ()
    numerals: tuple[str, ...] = ()
    name: str = ""
    further_names: tuple[str, ...] = ()
    bar_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _ListedChord:
    """A chord of a list.

    Attributes:
        symbol: Its symbol with a letter.
        last: The token after it.
        qualified: Whether it is more than the name of a note.
        spelled: Whether its quality is written out ("minor"), as in the name of a key.
        first: Its first token, once it is in a list.
    """

    symbol: str
    last: int
    qualified: bool
    spelled: bool = False
    first: int = 0

    @property
    def rich(self) -> bool:
        """Whether it is more than a triad, so that it cannot be a key."""
        return self.symbol.lstrip("ABCDEFG").lstrip("#b") not in ("", "m", "maj", "min", "M")


def parse_progression(state: ParserState) -> ProgressionMention | None:
    """Find the progression of a prompt; its tokens are consumed."""
    for find in (_numerals, _figures, _symbols, _name):
        found = find(state)
        if found is not None:
            state.consume(found.first, found.last)
            return found
    return None


def _symbols(state: ParserState) -> ProgressionMention | None:
    prompt = state.prompt
    resume = dict.fromkeys((_letter_chord, _solfege_chord, _small_letter_chord), 0)
    for index in range(len(prompt.tokens)):
        for read, start in resume.items():
            if index < start or read(prompt, index) is None:
                continue  # inside a row that was no progression, or no chord at all
            chords = list(_chords_from(state, index, read))
            if chords and _is_progression(prompt, index, chords, read):
                bars = in_bars(prompt, [PlacedChord(chord.symbol, chord.first, chord.last) for chord in chords])
                return ProgressionMention(index, bars.last, symbols=bars.symbols, bar_of=bars.bar_of)
            if chords:
                resume[read] = chords[-1].last
    return None


_ChordParser = Callable[[Prompt, int], _ListedChord | None]


def _chords_from(state: ParserState, index: int, read: _ChordParser) -> Iterator[_ListedChord]:
    """Chords that follow each other from a token on."""
    prompt = state.prompt
    for count in range(1, _MAX_CHORDS + 1):
        chord = read(prompt, index) if index < len(prompt.tokens) and index not in state.consumed else None
        if chord is None:
            return
        yield replace(chord, first=index)
        index = after_signs(prompt, chord.last)
        while prompt.text(index) in _SEPARATORS:
            index += 1
        joining = _JOINING_WORDS if count > 1 else _AND if chord.qualified else frozenset()
        index += prompt.text(index) in joining


def _is_progression(prompt: Prompt, index: int, chords: list[_ListedChord], read: _ChordParser) -> bool:
    """Whether a row of chords is meant as one, rather than a key or everyday words."""
    hinted = any(prompt.text(before) in _HINTS for before in range(index - _BEFORE, index)) or any(
        prompt.text(at) == BAR_LINE for at in range(index - 1, chords[-1].last + 1)
    )
    if not hinted and is_tune([chord.symbol for chord in chords], prompt.text(index - 1)):
        return False
    qualified = sum(chord.qualified for chord in chords)
    if read is _small_letter_chord:
        return len(chords) >= _ENOUGH and (qualified > 0 or hinted)
    if not hinted and all(chord.spelled for chord in chords) and _are_keys(prompt, index, chords[-1].last):
        return False
    if len(chords) >= _ENOUGH:
        return qualified > 0 or hinted or read is _letter_chord or not _is_scale_run(chords)
    if len(chords) == 1:
        named = prompt.text(index - 1) in ("accord", "chord")
        return prompt.tokens[index].cased[0].isupper() and (chords[0].rich or named)
    if all(chord.spelled for chord in chords):
        return hinted
    if prompt.text(index - 1) in _KEY_WORDS and not hinted:
        return any(chord.rich for chord in chords)
    return hinted or (qualified > 0 and read is _letter_chord) or any(chord.rich for chord in chords)


def _are_keys(prompt: Prompt, first: int, last: int) -> bool:
    """Whether arrows or words for what comes later stand between names: "G minor → Bb major → G minor"."""
    return any(prompt.text(index) in (">", "puis", "then", "ensuite") for index in range(first, last))


def _is_scale_run(chords: list[_ListedChord]) -> bool:
    """Whether names only count up the scale: "do ré mi"."""
    letters = ["CDEFGAB".index(chord.symbol[0]) for chord in chords]
    return all((after - before) % 7 == 1 for before, after in pairwise(letters))


def _letter_chord(prompt: Prompt, index: int) -> _ListedChord | None:
    """A chord with a capital letter: "F#m7", "Bb/D", "A minor", "E flat"."""
    token = prompt.tokens[index]
    if not "A" <= token.cased[0] <= "G":
        return None
    return _chunk_chord(prompt, index, str.strip)


def _small_letter_chord(prompt: Prompt, index: int) -> _ListedChord | None:
    """The same typed without capitals: "am f c g"."""
    token = prompt.tokens[index]
    if not "a" <= token.cased[0] <= "g":
        return None
    return _chunk_chord(prompt, index, lambda chunk: chunk[0].upper() + chunk[1:])


def _chunk_chord(prompt: Prompt, index: int, prepare: Callable[[str], str]) -> _ListedChord | None:
    match = _CHUNK.match(prompt.folded, prompt.tokens[index].at)
    if match is None:
        return None
    chunk = match[0]
    if len(chunk) == 1:
        return _worded_chord(prompt, index)
    symbol = prepare(chunk)
    if symbol[:2] == "Do" or parse_symbol(symbol) is None:  # Do7 is solfège, not D diminished
        return None
    qualified = len(symbol) > 1 + (symbol[1] in "#b")
    chord = _ListedChord(symbol, _token_at(prompt, index, match.end()), qualified or symbol[1] in "#b")
    if not qualified and (quality := _QUALITIES.get(prompt.text(chord.last))) is not None:
        return _ListedChord(symbol + quality, chord.last + 1, True, spelled=len(prompt.text(chord.last)) > len("maj"))
    return chord


def _worded_chord(prompt: Prompt, index: int) -> _ListedChord | None:
    """A chord whose accidental or quality stands in tokens of its own: "A minor", "Si bémol", "La m"."""
    tonic = parse_tonic(prompt, index)
    if tonic is None:
        return None
    symbol, last = str(tonic.name), tonic.last
    if tonic.quality is not None:
        return _ListedChord(symbol + ("m" if tonic.quality == "minor" else ""), last, qualified=True)
    quality = _QUALITIES.get(prompt.text(last))
    after = last + (quality is not None)
    extension = prompt.text(after)
    if extension not in _EXTENSIONS or not (prompt.tokens[after].glued or _is_extension(prompt, after, quality)):
        extension = ""
    if quality is None and not extension:
        return _ListedChord(symbol, last, tonic.accidental)
    if quality == "" and extension:  # a major seventh, not a dominant one
        quality = "maj"
    spelled = len(prompt.text(last)) > len("maj") and not extension
    return _ListedChord(symbol + (quality or "") + extension, after + bool(extension), qualified=True, spelled=spelled)


def _is_extension(prompt: Prompt, index: int, quality: str | None) -> bool:
    """Whether a figure apart from its chord belongs to it: "la mineur 7, sol 7"; "sol mineur 7 mesures" has none."""
    following = prompt.text(index + 1)
    if quality is None:
        return (following in ("", ",", "|", ")") or following in SOLFEGE) and prompt.text(index) == "7"
    return following in _SEPARATORS | _JOINING_WORDS | {"", ")", "."} or following in SOLFEGE


def _solfege_chord(prompt: Prompt, index: int) -> _ListedChord | None:
    """A chord in solfège: "Lam7", "Sib", "La m", "fa dièse mineur"."""
    match = _SOLFEGE_CHUNK.match(prompt.folded, prompt.tokens[index].at)
    if match is None:
        return None
    if not match["rest"]:
        return _worded_chord(prompt, index)
    symbol = SOLFEGE[match["name"].lower()] + match["rest"]
    if parse_symbol(symbol) is None:
        return None
    after = _token_at(prompt, index, match.end())
    if match["rest"] in ("b", "#"):
        return _worded_chord(prompt, index)
    return _ListedChord(symbol, after, qualified=True)


def _token_at(prompt: Prompt, index: int, position: int) -> int:
    """The first token from `index` on that begins at or after a position of the folded prompt."""
    while index < len(prompt.tokens) and prompt.tokens[index].at < position:
        index += 1
    return index


def _numerals(state: ParserState) -> ProgressionMention | None:
    prompt = state.prompt
    for index in range(len(prompt.tokens)):
        found: list[str] = []
        last, tight = index, False
        while last < len(prompt.tokens) and (match := _numeral_at(prompt, last, continued=bool(found))):
            found.append(match[0])
            tight = tight or prompt.folded[match.end() : match.end() + 1] in ("-", "|", "/")
            last = _token_at(prompt, last, match.end())
            while prompt.text(last) in _SEPARATORS and last + 1 < len(prompt.tokens):
                if _numeral_at(prompt, last + 1, continued=True) is None:
                    break
                last += 1
        hinted = any(prompt.text(before) in _HINTS for before in range(index - _BEFORE, index))
        if len(found) >= _ENOUGH or (len(found) > 1 and (tight or hinted)):
            return ProgressionMention(index, last, numerals=tuple(found))
    return None


def _numeral_at(prompt: Prompt, index: int, *, continued: bool) -> re.Match[str] | None:
    token = prompt.tokens[index]
    if not continued and token.glued and prompt.folded[token.at - 1].isalnum():
        return None
    return _NUMERAL.match(prompt.folded, token.at)


def _figures(state: ParserState) -> ProgressionMention | None:
    """Degrees in figures: "1-5-6-4", "un 2 5 1"; not the rhythm 3-3-2."""
    prompt = state.prompt
    for index, token in enumerate(prompt.tokens):
        if not token.is_number or index in state.consumed or (token.glued and prompt.folded[token.at - 1] in "-/."):
            continue
        match = _FIGURES.match(prompt.folded, token.at)
        if match is None:
            continue
        degrees = [int(figure) for figure in match[0] if figure.isdecimal()]
        if all(before != after for before, after in pairwise(degrees)):
            numerals = tuple(("I", "II", "III", "IV", "V", "VI", "VII")[degree - 1] for degree in degrees)
            return ProgressionMention(index, _token_at(prompt, index, match.end()), numerals=numerals)
    return None


def _name(state: ParserState) -> ProgressionMention | None:
    named = [
        phrase
        for phrase in state.phrases
        if PhraseKind.PROGRESSION in phrase.meanings and state.is_free(phrase.first, phrase.last)
    ]
    if not named:
        return None
    row = named[:1]
    for phrase in named[1:]:  # "cadence parfaite puis cadence rompue"
        if any(
            state.prompt.text(index) not in _SEPARATORS | _JOINING_WORDS for index in range(row[-1].last, phrase.first)
        ):
            break
        row.append(phrase)
    names = [str(phrase.meanings[PhraseKind.PROGRESSION]) for phrase in row]
    return ProgressionMention(row[0].first, row[-1].last, name=names[0], further_names=tuple(names[1:]))
