"""The record of what validation changed, with a sentence for the reader about each change."""

from collections.abc import Mapping

from boumbapp.music.v1 import music_pb2 as pb
from boumbapp.music.v1.events_pb2 import (
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
from boumbapp.music.v1.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v1.music_pb2 import DrumHit, DrumPiece, Note

from music.drum_kit import GM_KEYS
from services.theory.catalogue import Catalogue, Text
from services.theory.spelling import key_label, spell, spoken

_CHANGED: Mapping[CorrectionReason.ValueType, Text] = {
    CORRECTION_REASON_OUT_OF_KEY: Text(
        "{note} is not in {key}: replaced by {now}.", "{note} n'est pas en {key} : remplacé par {now}."
    ),
    CORRECTION_REASON_OUT_OF_RANGE: Text(
        "{note} lies outside the range of the part ({role}): moved by {octaves} octave(s).",
        "{note} sort de la tessiture de la partie ({role}) : déplacé de {octaves} octave(s).",
    ),
    CORRECTION_REASON_CROSSES_BAR_LINE: Text(
        "{note} crosses the bar line: shortened from {before} to {after} sixteenth(s).",
        "{note} dépasse la barre de mesure : raccourci de {before} à {after} double(s) croche(s).",
    ),
    CORRECTION_REASON_OVERLAP: Text(
        "{note} still sounds when another note begins: shortened from {before} to {after} sixteenth(s).",
        "{note} sonne encore quand une autre note commence : raccourci de {before} à {after} double(s) croche(s).",
    ),
    CORRECTION_REASON_IMPOSSIBLE_VALUE: Text(
        "{note} had an impossible {values}: put in range.",
        "{note} avait une valeur impossible ({values}) : ramené dans les limites.",
    ),
}
_REMOVED: Mapping[CorrectionReason.ValueType, Text] = {
    CORRECTION_REASON_OUTSIDE_BAR: Text(
        "{note} starts after the end of the bar: removed.", "{note} commence après la fin de la mesure : supprimé."
    ),
    CORRECTION_REASON_TOO_MANY_VOICES: Text(
        "At most {voices} note(s) may sound at once ({role}): {note} removed.",
        "Pas plus de {voices} note(s) à la fois ({role}) : {note} supprimé.",
    ),
    CORRECTION_REASON_DUPLICATE: Text(
        "{note} starts twice at once: one removed.", "{note} commence deux fois au même instant : un seul est gardé."
    ),
    CORRECTION_REASON_IMPOSSIBLE_VALUE: Text(
        "A part for {role} cannot hold this event ({note}): removed.",
        "Cet événement ({note}) n'a pas sa place dans cette partie ({role}) : supprimé.",
    ),
}
_VALUES: Mapping[str, Text] = {
    "duration_steps": Text("length", "durée"),
    "velocity": Text("velocity", "vélocité"),
    "offset": Text("onset timing", "décalage d'attaque"),
    "release_offset": Text("release timing", "décalage de fin"),
    "tied": Text("tie", "liaison"),
    "strokes": Text("number of strokes", "nombre de coups"),
}
_PIECES: Mapping[DrumPiece.ValueType, Text] = {
    pb.DRUM_PIECE_KICK: Text("Bass drum", "Grosse caisse"),
    pb.DRUM_PIECE_SNARE: Text("Snare", "Caisse claire"),
    pb.DRUM_PIECE_RIM: Text("Side stick", "Cross-stick"),
    pb.DRUM_PIECE_CLAP: Text("Clap", "Clap"),
    pb.DRUM_PIECE_CLOSED_HAT: Text("Closed hi-hat", "Charleston fermé"),
    pb.DRUM_PIECE_PEDAL_HAT: Text("Pedal hi-hat", "Charleston au pied"),
    pb.DRUM_PIECE_OPEN_HAT: Text("Open hi-hat", "Charleston ouvert"),
    pb.DRUM_PIECE_LOW_TOM: Text("Low tom", "Tom basse"),
    pb.DRUM_PIECE_MID_TOM: Text("Middle tom", "Tom médium"),
    pb.DRUM_PIECE_HIGH_TOM: Text("High tom", "Tom aigu"),
    pb.DRUM_PIECE_RIDE: Text("Ride", "Ride"),
    pb.DRUM_PIECE_CRASH: Text("Crash", "Crash"),
    pb.DRUM_PIECE_COWBELL: Text("Cowbell", "Cloche"),
    pb.DRUM_PIECE_SHAKER: Text("Shaker", "Shaker"),
    pb.DRUM_PIECE_TAMBOURINE: Text("Tambourine", "Tambourin"),
}
_UNKNOWN_PIECE = Text("Unknown drum", "Percussion inconnue")


class CorrectionLog:
    """Corrections of one bar, in the order they were made.

    A note that is changed twice has two entries, and the second's `before` is the first's `after`; undoing the entries
    from last to first gives the bar as the engine made it. A drum hit is recorded as a note: its General MIDI key, one
    step long.

    Args:
        constraints: What the bar must keep to.
        plan: The bar's part of it.
        locale: Language of the sentences, "fr" or "en".
    """

    def __init__(self, constraints: Constraints, plan: BarPlan, locale: str) -> None:
        self._constraints = constraints
        self._plan = plan
        self._locale = locale
        self._names = spell(plan)
        self.entries: list[Correction] = []

    def name(self, pitch: int) -> str:
        """Spelled name with octave of a pitch in this bar."""
        return self._names[pitch % 12].at(pitch)

    def changed(self, reason: CorrectionReason.ValueType, before: Note, after: Note, *fields: str) -> None:
        """Record that a note became another; `fields` are the names of values that were impossible."""
        after.name = self.name(after.pitch)
        text = _CHANGED[reason].in_(self._locale)
        now = self._spoken(after)
        self._add(
            reason,
            before,
            text.format(
                note=self._spoken(before),
                now=now,
                key=key_label(self._plan, self._locale),
                role=self._role(),
                octaves=abs(after.pitch - before.pitch) // 12,
                before=before.duration_steps,
                after=after.duration_steps,
                values=self._values(fields),
            ),
            after,
        )

    def removed(self, reason: CorrectionReason.ValueType, before: Note) -> None:
        """Record that a note is gone."""
        self._add(reason, before, self._removal(reason, self._spoken(before)))

    def hit_changed(self, before: DrumHit, after: DrumHit, *fields: str) -> None:
        """Record that impossible values of a hit were put in range."""
        text = _CHANGED[CORRECTION_REASON_IMPOSSIBLE_VALUE].in_(self._locale)
        sentence = text.format(note=self._piece(before), values=self._values(fields))
        self._add(CORRECTION_REASON_IMPOSSIBLE_VALUE, _as_note(before), sentence, _as_note(after))

    def hit_removed(self, reason: CorrectionReason.ValueType, before: DrumHit) -> None:
        """Record that a hit is gone."""
        self._add(reason, _as_note(before), self._removal(reason, self._piece(before)))

    def _add(
        self, reason: CorrectionReason.ValueType, before: Note, explanation: str, after: Note | None = None
    ) -> None:
        self.entries.append(Correction(reason=reason, before=before, after=after, explanation=explanation))

    def _removal(self, reason: CorrectionReason.ValueType, note: str) -> str:
        text = _REMOVED[reason].in_(self._locale)
        return text.format(note=note, role=self._role(), voices=self._constraints.max_polyphony)

    def _spoken(self, note: Note) -> str:
        return spoken(self._names[note.pitch % 12], self._locale)

    def _piece(self, hit: DrumHit) -> str:
        return _PIECES.get(hit.piece, _UNKNOWN_PIECE).in_(self._locale)

    def _role(self) -> str:
        return Catalogue.load().role(self._constraints.role).label.in_(self._locale)

    def _values(self, fields: tuple[str, ...]) -> str:
        return ", ".join(_VALUES[field].in_(self._locale) for field in fields)


def _as_note(hit: DrumHit) -> Note:
    return Note(
        pitch=GM_KEYS.get(hit.piece, 0),
        start_step=hit.step,
        duration_steps=1,
        velocity=hit.velocity,
        offset=hit.offset,
    )
