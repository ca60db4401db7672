"""Reading what a request says outside its prompt. What cannot be understood is the caller's fault, and named."""

from services.chassis.errors import Code, Fault
from services.theory.harmony import parse_symbol
from services.theory.understanding.chord_lists import Progression
from services.theory.understanding.reading import Reader
from services.theory.understanding.slots import OptionKey
from services.theory.understanding.vocabulary import Kind

_NUMERAL_LETTERS = frozenset("IVivb#")
_FILLERS = frozenset("en in de of the key scale gamme mode tonalite la d".split())


def read_key(text: str, field: str, reader: Reader) -> OptionKey:
    """Read a key such as "Sol mineur", "F# dorian" or "Am". Raises Fault: UNKNOWN_KEY or UNKNOWN_SCALE."""
    if not text.strip():
        return OptionKey()
    findings = reader.read(f"en {text.strip()}")
    tonic = findings.tonic.value if findings.tonic else None
    scale = findings.scale.value if findings.scale else None
    if tonic is None and scale is None:
        named = reader.vocabulary.lookup(text.replace("_", " "), Kind.SCALE)
        if named is None:
            raise Fault(Code.UNKNOWN_KEY, field=field, value=text)
        return OptionKey(None, str(named))
    if scale is None:
        rest = findings.prompt.tokens[findings.tonic.last :] if findings.tonic else ()
        words = [token.text for token in rest if token.text not in _FILLERS]
        if words:
            named = reader.vocabulary.lookup(" ".join(words).replace("_", " "), Kind.SCALE)
            if named is None:
                raise Fault(Code.UNKNOWN_SCALE, field=field, value=" ".join(words))
            scale = str(named)
    return OptionKey(tonic, scale)


def read_style(text: str, reader: Reader) -> str:
    """Slug of a style given by slug or name; "" when none is given. Raises Fault UNKNOWN_STYLE."""
    if not text.strip():
        return ""
    slug = reader.vocabulary.lookup(text.replace("_", " "), Kind.STYLE)
    if slug is None:
        raise Fault(Code.UNKNOWN_STYLE, field="options.style", value=text)
    return str(slug)


def read_progression(text: str, reader: Reader) -> Progression | None:
    """Chord symbols, numerals or the name of a progression; None when none is given. Raises Fault UNKNOWN_CHORD."""
    if not text.strip():
        return None
    name = reader.vocabulary.lookup(text.replace("_", " "), Kind.PROGRESSION)
    if name is not None:
        return Progression(0, 0, name=str(name))
    found = reader.read(f"accords {text}").progression
    parts = [part for part in text.replace(",", " ").replace("|", " ").split() if part != "-"]
    if found is None and len(parts) == 1:
        found = _single(parts[0])
    count = 0 if found is None else len(found.symbols) + len(found.numerals)
    if found is None or (count < len(parts) and not found.name):
        raise Fault(Code.UNKNOWN_CHORD, field="options.progression", value=_first_unknown(parts, text))
    return found


def _single(part: str) -> Progression | None:
    """One chord alone."""
    if parse_symbol(part) is not None:
        return Progression(0, 0, symbols=(part,))
    if set(part.rstrip("0123456789maj°ø+")) <= _NUMERAL_LETTERS and part[:1] in _NUMERAL_LETTERS:
        return Progression(0, 0, numerals=(part,))
    return None


def _first_unknown(parts: list[str], text: str) -> str:
    """The part to blame in the error."""
    return next((part for part in parts if _single(part) is None), text)
