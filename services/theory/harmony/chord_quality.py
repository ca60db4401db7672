"""Parses chord qualities: the part of a chord symbol after its root, into intervals.

The grammar is that of lead sheets (Brandt and Roemer, "Standardized Chord Symbol Notation", 1976) with the
variants met in French, Brazilian and pop charts ("7M", "-7", "Δ", "sus"). Two habits of players are kept: a
thirteenth chord with a major third has no eleventh, and "alt" stands for b9 #9 b5 #5.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_MAX_LENGTH = 24
_PLAIN = str.maketrans({"♭": "b", "♯": "#", "−": "-", "–": "-", "△": "Δ", "^": "Δ", "º": "°", "Ø": "ø", "⁺": "+"})
_HEAD = re.compile(
    r"(?P<third>m(?=add)|maj|Maj|MAJ|min|Min|MIN|mi|ma|dim|aug|dom|m|M|-|°|o(?=\d)|ø|Δ|\+)?(?P<major>maj|Maj|ma|M|Δ)?"
)
_NUMBER = re.compile(r"(?P<number>6/?9|13|11|9|7|6|5)(?P<major>M(?![a-z])|Δ)?")
_MODIFIER = re.compile(
    r"(?P<sus>sus(?:24|42|2|4)?)|add(?P<add>[b#]?(?:13|11|2|4|6|9))|(?:no|omit)(?P<no>[35])|(?P<alt>alt)"
    r"|(?P<aug>aug|\+)(?!\d)|(?P<alteration>[b#+-](?:13|11|10|5|9|4|6))"
)
_MINOR, _DIMINISHED, _AUGMENTED = {"m", "min", "mi", "-"}, {"dim", "°", "o"}, {"aug", "+"}
_MAJOR = {"maj", "ma", "M", "Δ"}
_ADDED = {"2": "M2", "4": "P4", "6": "M6", "9": "M2", "11": "P4", "13": "M6"}
_ALTERED = {
    "b5": "d5", "#5": "A5", "b9": "m2", "#9": "A2", "b10": "A2", "#11": "A4", "#4": "A4", "b13": "m6", "b6": "m6",
    "#2": "A2", "b2": "m2", "b4": "d4", "b11": "d4", "#6": "A6", "#13": "A6",
}  # fmt: skip
_ORDER = ("1", "3", "5", "7", "2", "4", "6")


@dataclass(frozen=True, slots=True)
class ChordQuality:
    """A chord's intervals above its root, and the suffix that names them.

    Attributes:
        suffix: Canonical text after the root: "", "m7", "maj9", "7(b9,#11)".
        intervals: Names such as ("P1", "m3", "P5"), thirds first, then added and altered tones.
    """

    suffix: str
    intervals: tuple[str, ...]


@lru_cache(maxsize=2048)
def parse_quality(text: str) -> ChordQuality | None:
    """Read the part of a chord symbol after its root, such as "m7b5"; None when it is not one."""
    plain = re.sub(r"[\s(),]", "", text.translate(_PLAIN))
    head = _HEAD.match(plain)
    if len(text) > _MAX_LENGTH or head is None:
        return None
    third, rest = (head["third"] or "").lower() if head["third"] != "M" else "M", plain[head.end() :]
    third = "Δ" if head["third"] == "Δ" else third
    number_match = _NUMBER.match(rest)
    number = number_match["number"].replace("/", "") if number_match else ""
    rest = rest[number_match.end() :] if number_match else rest
    major = bool(third in _MAJOR or head["major"] or (number_match and number_match["major"]))
    chord = _ChordBuilder.of_triad(third)
    if not chord.extend(third, number, major):
        return None
    while rest:
        modifier = _MODIFIER.match(rest)
        if modifier is None or not chord.modify(modifier):
            return None
        rest = rest[modifier.end() :]
    return ChordQuality(chord.suffix(), chord.intervals())


@dataclass(slots=True)
class _ChordBuilder:
    """A chord under construction: intervals by degree ("9" is degree "2"), and the parts of its canonical name."""

    degrees: dict[str, list[str]]
    triad: str
    extension: str = ""
    modifiers: list[str] | None = None

    @classmethod
    def of_triad(cls, third: str) -> "_ChordBuilder":
        """Start from the triad that the head of the suffix names."""
        if third in _MINOR:
            return cls({"1": ["P1"], "3": ["m3"], "5": ["P5"]}, "m")
        if third in _DIMINISHED:
            return cls({"1": ["P1"], "3": ["m3"], "5": ["d5"]}, "dim")
        if third == "ø":
            return cls({"1": ["P1"], "3": ["m3"], "5": ["d5"], "7": ["m7"]}, "ø")
        if third in _AUGMENTED:
            return cls({"1": ["P1"], "3": ["M3"], "5": ["A5"]}, "aug")
        return cls({"1": ["P1"], "3": ["M3"], "5": ["P5"]}, "")

    def extend(self, third: str, number: str, major: bool) -> bool:
        """Add what the figure after the head means; False when both contradict each other."""
        if number == "5":
            if third:
                return False
            del self.degrees["3"]
            self.extension = "5"
        elif number in ("6", "69"):
            if third and third not in _MINOR | _MAJOR:
                return False
            self.degrees["6"] = ["M6"]
            if number == "69":
                self.degrees["2"] = ["M2"]
            self.extension = number
        elif number or third in ("Δ", "ø") or (major and third in _MINOR | _DIMINISHED):
            self._stack(third, number or "7", major)
        elif third == "dom":
            return False
        return True

    def _stack(self, third: str, number: str, major: bool) -> None:
        """Stack thirds up to the seventh, ninth, eleventh or thirteenth."""
        diminished = third in _DIMINISHED and not major
        self.degrees["7"] = ["M7" if major else "d7" if diminished else "m7"]
        if number in ("9", "11", "13"):
            self.degrees["2"] = ["M2"]
        if number == "11" or (number == "13" and self.degrees["3"] == ["m3"]):
            self.degrees["4"] = ["P4"]
        if number == "13":
            self.degrees["6"] = ["M6"]
        self.extension = ("maj" if major else "") + number

    def modify(self, found: re.Match[str]) -> bool:
        """Apply one modifier; False when there is nothing to apply it to."""
        modifiers = self.modifiers = self.modifiers or []
        if found["sus"]:
            if "3" not in self.degrees:
                return False
            del self.degrees["3"]
            figures = found["sus"][3:] or "4"
            for figure in sorted(figures):
                self._put(_ADDED[figure])
            modifiers.append("sus" + "".join(sorted(figures)))
        elif found["add"]:
            degree = found["add"].replace("2", "9") if found["add"] in ("2", "b2", "#2") else found["add"]
            self._put(_ALTERED[degree] if degree[0] in "b#" else _ADDED[degree])
            modifiers.append("add" + degree)
        elif found["no"]:
            if self.degrees.pop(found["no"], None) is None:
                return False
            modifiers.append("no" + found["no"])
        elif found["alt"]:
            self._stack("", "7", major=False)
            self.degrees.update({"5": ["d5", "A5"], "2": ["m2", "A2"]})
            modifiers.append("alt")
        elif found["aug"]:
            self.degrees["5"] = ["A5"]
            modifiers.append("#5")
        else:
            self._alter(found["alteration"].replace("+", "#").replace("-", "b"), modifiers)
        return True

    def _alter(self, alteration: str, modifiers: list[str]) -> None:
        interval = _ALTERED[alteration]
        natural = ("P" if interval[-1] in "45" else "M") + interval[-1]
        self.degrees[interval[-1]] = [tone for tone in self.degrees.get(interval[-1], []) if tone != natural]
        self._put(interval)
        modifiers.append({"#4": "#11", "b10": "#9", "b6": "b13"}.get(alteration, alteration))

    def _put(self, interval: str) -> None:
        tones = self.degrees.setdefault(interval[-1], [])
        if interval not in tones:
            tones.append(interval)

    def intervals(self) -> tuple[str, ...]:
        """Intervals in the order 1 3 5 7 9 11 13."""
        return tuple(tone for degree in _ORDER for tone in self.degrees.get(degree, []))

    def suffix(self) -> str:
        """Canonical name: triad, extension, modifiers in brackets when an alteration follows a figure."""
        modifiers = self.modifiers or []
        extension, triad = self.extension, self.triad
        if triad == "ø":
            triad, modifiers = "m", ["b5", *modifiers]
        elif triad == "m" and extension.startswith("maj"):
            extension = f"({extension})"
        plain = "".join(modifier for modifier in modifiers if modifier[0] not in "b#")
        altered = [modifier for modifier in modifiers if modifier[0] in "b#"]
        if not altered:
            return triad + extension + plain
        bare = len(altered) == 1 and extension and extension[-1].isdigit() and not plain
        return triad + extension + plain + (altered[0] if bare else f"({','.join(altered)})")
