"""Plans an arrangement: who plays what, where, and who follows whom. It follows from the request alone."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from boumbapp.arranger.v2.arranger_service_pb2 import Part
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    Level,
    Role,
    Track,
)

from music.roles import role_name
from services.arranger.errors import PART_TWICE
from services.arranger.plan.bands import Band, Member, band_of, load_bands
from services.arranger.plan.form import PlannedSection
from services.chassis.errors.catalogue import ApiError
from services.composition.bar_stream import read_given
from services.composition.scheduling.playhead import Playhead
from services.composition.tracks import track_of

# Who follows whom: a bass the drums, a lead the chords. Who is followed follows no one, so bars can be made in order.
_FOLLOWS: Mapping[Role.ValueType, Role.ValueType] = {ROLE_BASS: ROLE_DRUMS, ROLE_MELODY: ROLE_CHORDS}

_MOST_CHORDS = 128  # of an intent
# What a part counts on beside it, though it does not know its bars: a bass on the harmony, chords on a lead.
ANNOUNCED: Mapping[Role.ValueType, Role.ValueType] = {
    ROLE_BASS: ROLE_CHORDS,
    ROLE_CHORDS: ROLE_MELODY,
    ROLE_PAD: ROLE_MELODY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """A part and how it is composed.

    Attributes:
        track: Its id, name, role and programme.
        style: Slug of its style; empty for none.
        register: Pitch height; unspecified for the usual one.
        density: Amount of onsets where no section says otherwise; unspecified follows the piece.
        seed: Draws its randomness.
        engine: Name of an engine; empty lets the expert choose.
        given: Its bars that exist already, by index.
        follows: Ids of the parts that it follows.
        unsent: Whether it is composed for those who follow it only.
    """

    track: Track
    style: str
    register: Level.ValueType
    density: Level.ValueType
    seed: int
    engine: str = ""
    given: Mapping[int, Bar] = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    unsent: bool = False

    @property
    def id(self) -> str:
        """Identifier of its track."""
        return self.track.id

    @property
    def role(self) -> Role.ValueType:
        """What it plays."""
        return self.track.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An arrangement before any bar is made.

    Attributes:
        intent: Of the piece, with the harmony that all parts share.
        constraints: Of the piece, as theory derived them.
        seed: Of the piece.
        parts: All parts, those that are not sent among them.
        sections: They follow one another from the first bar to the last.
        feel: How drums are played, where no section says otherwise.
        context: Tracks that play beside it, which every part follows.
        wanted: Indices of the bars to send, ascending.
        locale: Language of texts, "fr" or "en".
        playhead: When its bars are due.
    """

    intent: Intent
    constraints: Constraints
    seed: int
    parts: tuple[PlannedPart, ...]
    sections: tuple[PlannedSection, ...]
    feel: Feel
    context: tuple[Track, ...]
    wanted: tuple[int, ...]
    locale: str
    playhead: Playhead = field(default_factory=Playhead)

    @property
    def sent(self) -> tuple[PlannedPart, ...]:
        """The parts that the caller wants."""
        return tuple(part for part in self.parts if not part.unsent)

    def section_at(self, bar: int) -> PlannedSection:
        """The section that a bar belongs to."""
        return next(section for section in reversed(self.sections) if section.first <= bar)


def plan_parts(wanted: Sequence[Part], intent: Intent, seed: int, locale: str) -> tuple[PlannedPart, ...]:
    """Plan the parts of a piece, with those that have to be composed because others follow them.

    A part is the same whichever others there are: it depends on the style's band, its own options, the seed and its id.

    Args:
        wanted: The parts that are asked for; none follows the words.
        intent: Of the piece.
        seed: Of the piece.
        locale: Language of the parts' names, "fr" or "en".

    Raises:
        ApiError: Two parts have the same id, or given bars are wrong.
    """
    band = band_of(intent.style)
    asked = wanted or _of_words(intent, band)
    parts: dict[str, PlannedPart] = {}
    for place, part in enumerate(asked):
        planned = _part(part, band, intent, seed, locale, place, parts)
        if planned.id in parts:
            raise ApiError(PART_TWICE, field=f"parts[{place}].id", value=planned.id)
        parts[planned.id] = planned
    for missing in {followed for part in parts.values() for followed in part.follows} - parts.keys():
        role = Role.Value(f"ROLE_{missing.upper()}")
        planned = _part(Part(role=role), band, intent, seed, locale, 0, {})
        parts[missing] = PlannedPart(
            track=planned.track,
            style=planned.style,
            register=planned.register,
            density=planned.density,
            seed=planned.seed,
            unsent=True,
        )
    return tuple(parts.values())


def _of_words(intent: Intent, band: Band) -> list[Part]:
    """The parts that the words name; where they name fewer than two, the band with them."""
    programs = load_bands().programs
    named = [
        Part(role=part.role, style=part.style, program=programs.get(part.instrument))
        for part in intent.parts
        if part.role
    ]
    if len(named) > 1:
        return named
    beside = [part for part in named if band.member(part.role) is None]
    return [Part(role=member.role) for member in band.members] + beside


def _part(
    part: Part,
    band: Band,
    intent: Intent,
    seed: int,
    locale: str,
    place: int,
    before: Mapping[str, PlannedPart],
) -> PlannedPart:
    member = band.member(part.role) or Member(part.role)
    identifier = part.id or _free_id(part.role, before)
    track = track_of(part.role, locale)
    track.id = identifier
    track.name = part.name or track.name
    if part.role != ROLE_DRUMS:
        if part.HasField("program"):
            track.program = part.program
        elif member.program is not None:
            track.program = member.program
    given = read_given(part.given_bars, intent.meter, intent.bars, f"parts[{place}].given_bars")
    followed = _FOLLOWS.get(part.role)
    drummed = followed != ROLE_DRUMS or band.member(ROLE_DRUMS) is not None
    follows = (role_name(followed),) if followed is not None and drummed else ()
    return PlannedPart(
        track=track,
        style=part.style or intent.style,
        register=part.register or member.register,
        density=part.density or member.density,
        seed=part.seed if part.HasField("seed") else _seed(seed, identifier),
        engine=part.engine,
        given={bar.index: bar for bar in given},
        follows=follows,
    )


def _free_id(role: Role.ValueType, before: Mapping[str, PlannedPart]) -> str:
    """The name of a role, with a number from its second part on."""
    name = role_name(role)
    number = sum(part.role == role for part in before.values())
    return name if not number else f"{name}_{number + 1}"


def _seed(seed: int, identifier: str) -> int:
    """A seed of the part's own, 0 to 2**32 - 1."""
    digest = hashlib.sha256(f"{seed}/{identifier}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def shared_harmony(intent: Intent, constraints: Constraints) -> Intent:
    """An intent that says its harmony chord by chord, so that parts with seeds and styles of their own play the same.

    Args:
        intent: As it was understood.
        constraints: What theory derived from it.
    """
    shared = Intent()
    shared.CopyFrom(intent)
    if not intent.progression:
        chords = [chord for plan in constraints.plans for chord in plan.chords]
        if len(chords) > _MOST_CHORDS:
            chords = [plan.chords[0] for plan in constraints.plans if plan.chords]
        shared.progression.extend(chords)
        for chord in shared.progression if intent.modulations else ():
            chord.numeral = ""  # the chord is meant, wherever the key has gone by then
    return shared
