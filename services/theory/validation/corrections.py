"""Records what validation changed, with a sentence about each change."""

from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import (
    CORRECTION_REASON_CROSSES_BAR_LINE,
    CORRECTION_REASON_DUPLICATE,
    CORRECTION_REASON_IMPOSSIBLE_VALUE,
    CORRECTION_REASON_OUT_OF_KEY,
    CORRECTION_REASON_OUT_OF_RANGE,
    CORRECTION_REASON_OUTSIDE_BAR,
    CORRECTION_REASON_OVERLAP,
    CORRECTION_REASON_TOO_MANY_VOICES,
    Correction,
    CorrectionReason,
)
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import DrumHit, DrumPiece, Note
from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from language.localized_text import LocalizedText
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.note_spelling import spelling_of

_CHANGED: Mapping[CorrectionReason.ValueType, LocalizedText] = {
    CORRECTION_REASON_OUT_OF_KEY: LocalizedText(
        "{note} is not in {key}: replaced by {now}.", "{note} n'est pas en {key} : remplacé par {now}."
    ),
    CORRECTION_REASON_OUT_OF_RANGE: LocalizedText(
        "{note} lies outside the range of the part ({role}): moved by {octaves} octave(s).",
        "{note} sort de la tessiture de la partie ({role}) : déplacé de {octaves} octave(s).",
    ),
    CORRECTION_REASON_CROSSES_BAR_LINE: LocalizedText(
        "{note} crosses the bar line: shortened from {before} to {after} {unit}.",
        "{note} dépasse la barre de mesure : raccourci de {before} à {after} {unit}.",
    ),
    CORRECTION_REASON_OVERLAP: LocalizedText(
        "{note} still sounds when another note begins: shortened from {before} to {after} {unit}.",
        "{note} sonne encore quand une autre note commence : raccourci de {before} à {after} {unit}.",
    ),
    CORRECTION_REASON_IMPOSSIBLE_VALUE: LocalizedText(
        "{note} had an impossible {values}: put in range.",
        "{note} avait une valeur impossible ({values}) : ramené dans les limites.",
    ),
}
_REMOVED: Mapping[CorrectionReason.ValueType, LocalizedText] = {
    CORRECTION_REASON_OUTSIDE_BAR: LocalizedText(
        "{note} starts after the end of the bar: removed.", "{note} commence après la fin de la mesure : supprimé."
    ),
    CORRECTION_REASON_TOO_MANY_VOICES: LocalizedText(
        "At most {voices} note(s) may sound at once ({role}): {note} removed.",
        "Pas plus de {voices} note(s) à la fois ({role}) : {note} supprimé.",
    ),
    CORRECTION_REASON_DUPLICATE: LocalizedText(
        "{note} starts twice at once: one removed.", "{note} commence deux fois au même instant : un seul est gardé."
    ),
    CORRECTION_REASON_IMPOSSIBLE_VALUE: LocalizedText(
        "A part for {role} cannot hold this event ({note}): removed.",
        "Cet événement ({note}) n'a pas sa place dans cette partie ({role}) : supprimé.",
    ),
}
_VALUES: Mapping[str, LocalizedText] = {
    "duration_steps": LocalizedText("length", "durée"),
    "velocity": LocalizedText("velocity", "vélocité"),
    "offset_ticks": LocalizedText("onset timing", "décalage d'attaque"),
    "release_ticks": LocalizedText("release timing", "décalage de fin"),
    "tied": LocalizedText("tie", "liaison"),
    "strokes": LocalizedText("number of strokes", "nombre de coups"),
    "span_ticks": LocalizedText("length of the roll", "durée du roulement"),
    "last_velocity": LocalizedText("velocity of the last stroke", "vélocité du dernier coup"),
    "lead_ticks": LocalizedText("lead of the grace stroke", "avance du coup d'ornement"),
    "grace_velocity": LocalizedText("velocity of the grace stroke", "vélocité du coup d'ornement"),
}
_PIECES: Mapping[DrumPiece.ValueType, LocalizedText] = {
    pb.DRUM_PIECE_KICK: LocalizedText("Bass drum", "Grosse caisse"),
    pb.DRUM_PIECE_SNARE: LocalizedText("Snare", "Caisse claire"),
    pb.DRUM_PIECE_RIM: LocalizedText("Side stick", "Cross-stick"),
    pb.DRUM_PIECE_CLAP: LocalizedText("Clap", "Clap"),
    pb.DRUM_PIECE_CLOSED_HAT: LocalizedText("Closed hi-hat", "Charleston fermé"),
    pb.DRUM_PIECE_PEDAL_HAT: LocalizedText("Pedal hi-hat", "Charleston au pied"),
    pb.DRUM_PIECE_OPEN_HAT: LocalizedText("Open hi-hat", "Charleston ouvert"),
    pb.DRUM_PIECE_LOW_TOM: LocalizedText("Low tom", "Tom basse"),
    pb.DRUM_PIECE_MID_TOM: LocalizedText("Middle tom", "Tom médium"),
    pb.DRUM_PIECE_HIGH_TOM: LocalizedText("High tom", "Tom aigu"),
    pb.DRUM_PIECE_RIDE: LocalizedText("Ride", "Ride"),
    pb.DRUM_PIECE_CRASH: LocalizedText("Crash", "Crash"),
    pb.DRUM_PIECE_COWBELL: LocalizedText("Cowbell", "Cloche"),
    pb.DRUM_PIECE_SHAKER: LocalizedText("Shaker", "Shaker"),
    pb.DRUM_PIECE_TAMBOURINE: LocalizedText("Tambourine", "Tambourin"),
}
_SIXTEENTHS = LocalizedText("sixteenth(s)", "double(s) croche(s)")
_STEPS = LocalizedText("step(s)", "pas")
_UNKNOWN_PIECE = LocalizedText("Unknown drum", "Percussion inconnue")


class CorrectionLog:
    """Corrections of one bar, in the order they were made.

    A note that is changed twice has two entries, and the second's `before` is the first's `after`; undoing the entries
    from last to first gives the bar as the engine made it.

    Args:
        constraints: What the bar must keep to.
        plan: The bar's part of it.
        locale: Language of the sentences, "fr" or "en".
        entries: Where they are added.
        on_sixteenths: Whether a step of the bar is a sixteenth.
    """

    def __init__(
        self,
        constraints: Constraints,
        plan: BarPlan,
        locale: str,
        entries: RepeatedCompositeFieldContainer[Correction],
        *,
        on_sixteenths: bool = True,
    ) -> None:
        self._locale = locale
        self._spelling = spelling_of(plan, locale)
        self._voices = constraints.max_polyphony
        self._role = Catalogue.load().role(constraints.role).label.in_(locale)
        self._entries = entries
        self._unit = (_SIXTEENTHS if on_sixteenths else _STEPS).in_(locale)

    def name(self, pitch: int) -> str:
        """Spelled name with octave of a pitch in this bar."""
        return self._spelling.names[pitch]

    def changed(self, reason: CorrectionReason.ValueType, before: Note, after: Note, *fields: str) -> None:
        """Record that a note was changed, and name the new one.

        Args:
            reason: Why.
            before: The note before the change.
            after: The note after it; its name is filled in.
            fields: Names of the fields whose values were impossible.
        """
        notes = self._spelling.notes
        after.name = self.name(after.pitch)
        explanation = (
            _CHANGED[reason]
            .in_(self._locale)
            .format(
                note=notes[before.pitch % 12],
                now=notes[after.pitch % 12],
                key=self._spelling.key,
                role=self._role,
                octaves=abs(after.pitch - before.pitch) // 12,
                before=before.duration_steps,
                after=after.duration_steps,
                unit=self._unit,
                values=self._values(fields) if fields else "",
            )
        )
        self._entries.add(id=before.id, reason=reason, note=before, note_after=after, explanation=explanation)

    def removed(self, reason: CorrectionReason.ValueType, before: Note) -> None:
        """Record that a note was removed.

        Args:
            reason: Why.
            before: The note.
        """
        explanation = self._removal(reason, self._spelling.notes[before.pitch % 12])
        self._entries.add(id=before.id, reason=reason, note=before, explanation=explanation)

    def hit_changed(self, before: DrumHit, after: DrumHit, *fields: str) -> None:
        """Record that impossible values of a hit were put in range.

        Args:
            before: The hit before the change.
            after: The hit after it.
            fields: Names of the fields whose values were impossible.
        """
        reason = CORRECTION_REASON_IMPOSSIBLE_VALUE
        explanation = _CHANGED[reason].in_(self._locale).format(note=self._piece(before), values=self._values(fields))
        self._entries.add(id=before.id, reason=reason, hit=before, hit_after=after, explanation=explanation)

    def hit_removed(self, reason: CorrectionReason.ValueType, before: DrumHit) -> None:
        """Record that a hit was removed.

        Args:
            reason: Why.
            before: The hit.
        """
        self._entries.add(
            id=before.id, reason=reason, hit=before, explanation=self._removal(reason, self._piece(before))
        )

    def _removal(self, reason: CorrectionReason.ValueType, note: str) -> str:
        return _REMOVED[reason].in_(self._locale).format(note=note, role=self._role, voices=self._voices)

    def _piece(self, hit: DrumHit) -> str:
        return _PIECES.get(hit.piece, _UNKNOWN_PIECE).in_(self._locale)

    def _values(self, fields: tuple[str, ...]) -> str:
        return ", ".join(_VALUES[field].in_(self._locale) for field in fields)
