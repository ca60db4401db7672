"""What to try next: Thompson sampling over what was liked, begun from what is near in the catalogue.

Each candidate has a beta distribution: the caller's own judgements, a little of everybody's, and a prior that is better
the nearer it is to what is being worked on. One draw of each ranks them, so that what is little known comes up as often
as it may turn out to be the best, and no more.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from boumbapp.journal.v2.journal_service_pb2 import SuggestionKind
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Role

from language.localized_text import LocalizedText
from services.journal.domain.catalogue import Catalogue, scale_closeness, style_closeness
from services.journal.domain.preferences import Counts, Trait, role_word
from services.journal.domain.refinements import REFINEMENTS

_STYLE = SuggestionKind.SUGGESTION_KIND_STYLE
_SCALE = SuggestionKind.SUGGESTION_KIND_SCALE
_PART = SuggestionKind.SUGGESTION_KIND_PART
_REFINEMENT = SuggestionKind.SUGGESTION_KIND_REFINEMENT
KINDS = (_STYLE, _SCALE, _PART, _REFINEMENT)
# What is near counts as one judgement; this much of either on top keeps it from being taken for certain.
_UNSURE = 0.5
# The most that everybody's judgements weigh.
_EVERYBODY = 3.0
_NONE = Counts()
# Scales that most songs are written in; others that share as many notes come up more rarely.
_USUAL_SCALES = frozenset(
    "major minor dorian mixolydian phrygian lydian harmonic_minor minor_pentatonic major_pentatonic blues".split()
)
_UNUSUAL = 0.3  # what is left of the closeness of the others
_UNKNOWN = 0.5  # closeness where nothing says how near something is
# What other parts usually rest on comes first.
_PARTS: Mapping[Role.ValueType, tuple[float, LocalizedText]] = {
    Role.ROLE_DRUMS: (0.9, LocalizedText("drums", "batterie")),
    Role.ROLE_BASS: (0.9, LocalizedText("bass", "basse")),
    Role.ROLE_CHORDS: (0.7, LocalizedText("chords", "accords")),
    Role.ROLE_MELODY: (0.7, LocalizedText("melody", "mélodie")),
    Role.ROLE_PAD: (0.5, LocalizedText("pads", "nappes")),
    Role.ROLE_ARPEGGIO: (0.5, LocalizedText("arpeggios", "arpèges")),
}
_RATED = LocalizedText(
    "You gave {label} {stars:.1f} stars on average ({rated} rated).",
    "Vous avez donné {stars:.1f} étoiles en moyenne à « {label} » ({rated} notes).",
)
_KEPT = LocalizedText(
    "You kept {kept} of {pieces} pieces with {label}.", "Vous avez gardé {kept} morceaux sur {pieces} avec « {label} »."
)
_TRIED = LocalizedText(
    "You asked for {label} {pieces} time(s) before.", "Vous avez déjà demandé « {label} » {pieces} fois."
)
_NEAR = LocalizedText("New to you, and close to {near}.", "Nouveau pour vous, et proche de « {near} ».")
_LIKED = LocalizedText("New to you; others like it.", "Nouveau pour vous ; d'autres l'apprécient.")
_NEW = LocalizedText("Something that you have not tried yet.", "Quelque chose que vous n'avez pas encore essayé.")
_GOES_WITH = LocalizedText("Your piece has no {label} yet.", "Votre morceau n'a pas encore de partie « {label} ».")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is being worked on.

    Attributes:
        style: Slug; empty where not said.
        scale: Slug; likewise.
        roles: Parts that there are.
    """

    style: str = ""
    scale: str = ""
    roles: tuple[Role.ValueType, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion: what, what people call it, why, and whether it is made to find out."""

    kind: SuggestionKind.ValueType
    value: str
    label: LocalizedText
    reason: LocalizedText
    explores: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: str
    label: LocalizedText
    closeness: float
    fallback: LocalizedText  # the reason where the caller's own history gives none


class Suggester:
    """Makes suggestions.

    Args:
        own: The caller's counts by trait.
        everybody: Everybody's.
        catalogue: What there is.
    """

    def __init__(self, own: Mapping[Trait, Counts], everybody: Mapping[Trait, Counts], catalogue: Catalogue) -> None:
        self._own = own
        self._everybody = everybody
        self._catalogue = catalogue

    def suggest(
        self, situation: Situation, kinds: Collection[SuggestionKind.ValueType], count: int, seed: int
    ) -> Iterator[Suggested]:
        """Suggestions kind by kind, the best of each first.

        Args:
            situation: What is being worked on.
            kinds: Which kinds.
            count: Most of each kind.
            seed: Draws what is explored.
        """
        makers: Mapping[SuggestionKind.ValueType, tuple[str, Callable[[Situation], Iterator[_Candidate]]]] = {
            _STYLE: ("style", self._styles),
            _SCALE: ("scale", self._scales),
            _PART: ("role", self._parts),
            _REFINEMENT: ("refinement", self._refinements),
        }
        random = np.random.default_rng(seed)
        for kind in KINDS:
            if kind in kinds:
                slot, candidates = makers[kind]
                yield from self._best(kind, slot, list(candidates(situation)), count, random)

    def _best(
        self,
        kind: SuggestionKind.ValueType,
        slot: str,
        candidates: Sequence[_Candidate],
        count: int,
        random: np.random.Generator,
    ) -> Iterator[Suggested]:
        if not candidates:
            return
        own = [self._own.get(Trait(slot, each.value), _NONE) for each in candidates]
        others = [self._others(Trait(slot, each.value)) for each in candidates]
        near = np.array([each.closeness for each in candidates])
        pleased = _UNSURE + near + [counts.pleased for counts in own] + np.array([each[0] for each in others])
        displeased = _UNSURE + 1 - near + [c.displeased for c in own] + np.array([each[1] for each in others])
        draws = random.beta(pleased, displeased)
        for place in np.argsort(-draws, kind="stable")[:count]:
            candidate, counts = candidates[place], own[place]
            liked = others[place][0] > others[place][1]
            yield Suggested(
                kind, candidate.value, candidate.label, _reason(candidate, counts, liked=liked), counts.pieces == 0
            )

    def _others(self, trait: Trait) -> tuple[float, float]:
        """What everybody else's judgements add, scaled down so that they never outweigh a few of the caller's own."""
        everybody, own = self._everybody.get(trait, _NONE), self._own.get(trait, _NONE)
        pleased = max(0.0, everybody.pleased - own.pleased)
        displeased = max(0.0, everybody.displeased - own.displeased)
        total = pleased + displeased
        scale = min(1.0, _EVERYBODY / total) if total > 0 else 0.0
        return pleased * scale, displeased * scale

    def _favourite(self, slot: str, known: Collection[str]) -> str:
        liked = [
            (counts.liking * counts.pieces, trait.value)
            for trait, counts in self._own.items()
            if trait.slot == slot and trait.value in known
        ]
        return max(liked, default=(0.0, ""))[1]

    def _styles(self, situation: Situation) -> Iterator[_Candidate]:
        styles = self._catalogue.styles
        base = situation.style if situation.style in styles else self._favourite("style", styles)
        for slug, style in styles.items():
            if slug != situation.style:
                closeness = style_closeness(style, styles[base]) if base else _UNKNOWN
                yield _Candidate(slug, style.label, closeness, _near(styles[base].label) if base else _NEW)
        yield from self._uncatalogued("style", styles, situation.style)

    def _scales(self, situation: Situation) -> Iterator[_Candidate]:
        scales = self._catalogue.scales
        base = situation.scale if situation.scale in scales else self._favourite("scale", scales)
        for slug, scale in scales.items():
            if slug != situation.scale:
                closeness = scale_closeness(scale, scales[base]) if base else _UNKNOWN
                closeness *= 1 if slug in _USUAL_SCALES else _UNUSUAL
                yield _Candidate(slug, scale.label, closeness, _near(scales[base].label) if base else _NEW)
        yield from self._uncatalogued("scale", scales, situation.scale)

    def _uncatalogued(self, slot: str, known: Collection[str], current: str) -> Iterator[_Candidate]:
        """What people asked for where there is no catalogue, because theory is away."""
        if known:
            return
        values = {trait.value for trait in (*self._own, *self._everybody) if trait.slot == slot} - {current}
        for value in sorted(values):
            words = value.replace("_", " ")
            yield _Candidate(value, LocalizedText(words, words), _UNKNOWN, _NEW)

    def _parts(self, situation: Situation) -> Iterator[_Candidate]:
        for role, (closeness, label) in _PARTS.items():
            if role not in situation.roles:
                reason = _filled(_GOES_WITH, label=label) if situation.roles else _NEW
                yield _Candidate(role_word(role), label, closeness, reason)

    def _refinements(self, situation: Situation) -> Iterator[_Candidate]:
        drums = ROLE_DRUMS in situation.roles
        pitched = any(role != ROLE_DRUMS for role in situation.roles) or not situation.roles
        for name, each in REFINEMENTS.items():
            if (drums and each.drums) or (pitched and each.pitched):
                yield _Candidate(name, each.words, _UNKNOWN, _NEW)


def _reason(candidate: _Candidate, own: Counts, *, liked: bool) -> LocalizedText:
    label = candidate.label
    if own.rated:
        return _filled(_RATED, label=label, stars=own.mean_stars, rated=own.rated)
    if own.kept:
        return _filled(_KEPT, label=label, kept=own.kept, pieces=own.pieces)
    if own.pieces:
        return _filled(_TRIED, label=label, pieces=own.pieces)
    return _LIKED if liked and candidate.fallback is _NEW else candidate.fallback


def _near(label: LocalizedText) -> LocalizedText:
    return _filled(_NEAR, near=label)


def _filled(text: LocalizedText, **facts: object) -> LocalizedText:
    """A text with its blanks filled, in both languages."""
    return LocalizedText(text.format("en", **facts), text.format("fr", **facts))
