"""One refinement: edits made in turn, with theory for what keys and chords say, and an engine for what is composed."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from operator import eq
from typing import Protocol

from boumbapp.melody.v2.melody_service_pb2 import RefineRequest
from boumbapp.music.v2.intent_pb2 import Constraints, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import Bar, Key, Role
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, DetectResponse

from music.pitch import PitchName
from music.roles import role_name
from services.chassis.errors.catalogue import ApiError
from services.composition.bar_stream import Theory, checked_bars, read_given
from services.composition.brief import CompositionBrief
from services.composition.refining.errors import NO_EARLIER_VERSION
from services.melody.engines.melody_engine import MelodyEngineRegistry, bar_of
from services.melody.refine.apply import OPERATIONS
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.harmony import Harmony
from services.melody.refine.model.notes import EditBar
from services.melody.refine.model.part import Locks, PartEditor, Selected
from services.melody.refine.operations import pitch, structure
from services.melody.refine.operations.colouring import changes_pitches, free_of_ties, pitches_found, rhythm_of
from services.melody.refine.surroundings import swing_of

_MORE_BARS = 4  # where nothing says how many
_DRAWS = 6  # seeds that are tried for other pitches
_ROOM = 3  # semitones beyond the part's own range that a bar composed into it may reach
_OCTAVE = 12
_DEFAULT_KEY = Key(tonic="C", scale="major")


class RefiningTheory(Theory, Protocol):
    """What refining needs of theory."""

    async def detect(self, bars: Sequence[Bar]) -> DetectResponse:
        """The likely key and metre of bars."""


class Conversation:
    """A part, and what is done to it.

    Args:
        request: From the caller.
        role: The part it plays.
        seed: Draws what is random.
        theory: Says what keys and chords are.
        engines: Who composes.
        locale: Language of texts, "fr" or "en".

    Attributes:
        part: The part as it is.
        idle: Edits that changed nothing.
    """

    def __init__(
        self,
        request: RefineRequest,
        role: Role.ValueType,
        seed: int,
        *,
        theory: RefiningTheory,
        engines: MelodyEngineRegistry,
        locale: str,
    ) -> None:
        self._request = request
        self._role = role
        self._seed = seed
        self._theory = theory
        self._engines = engines
        self._locale = locale
        self._intent = Intent()
        self._more_is_asked = False
        self.part: PartEditor
        self.idle: list[Edit] = []

    async def begin(self, edits: Sequence[Edit]) -> None:
        """Find out what surrounds the part.

        Args:
            edits: Those that will be made.

        Raises:
            ApiError: The intent of the request is wrong, or theory is away.
        """
        request = self._request
        if request.HasField("intent"):
            self._intent.CopyFrom(request.intent)
        intent = self._intent
        intent.role, intent.bpm = self._role, request.bpm
        intent.meter.CopyFrom(request.bars[0].meter)
        intent.bars = len(request.bars)
        if not intent.HasField("key"):
            intent.key.CopyFrom(await self._detected())
        if not intent.HasField("swing"):
            intent.swing.CopyFrom(swing_of(request.bars))
        self._more_is_asked = len(edits) > 1
        locked = set(request.locked_bars)
        locks = Locks(
            frozenset(at for at, bar in enumerate(request.bars) if bar.index in locked),
            frozenset(request.locked_notes),
            tuple(edit for edit in edits if edit.action is Action.KEEP),
        )
        editor = partial(
            PartEditor,
            request.bars,
            request.bpm,
            role=self._role,
            harmony=Harmony(tuple((await self._theory.constrain(intent, self._seed)).plans)),
            swing=intent.swing,
            locks=locks,
            seed=self._seed,
        )
        # Many notes take long to read; other callers are served meanwhile.
        self.part = await asyncio.to_thread(editor)

    async def make(self, edit: Edit) -> None:
        """Make an edit; one that changes nothing is remembered as idle.

        Args:
            edit: The edit.

        Raises:
            ApiError: It cannot be made, or theory is away.
        """
        part = self.part
        before = ([(list(bar.notes), bar.meter) for bar in part.bars], part.bpm)
        await self._make(edit)
        after = ([(list(bar.notes), bar.meter) for bar in part.bars], part.bpm)
        if edit.action is not Action.KEEP and await asyncio.to_thread(eq, before, after):
            self.idle.append(edit)

    async def _make(self, edit: Edit) -> None:
        maker = {
            Action.UNDO: self._go_back,
            Action.TO_KEY: self._transpose,
            Action.TO_MODE: self._transpose,
            Action.CHORDS: self._follow,
            Action.REGENERATE: self._recompose,
            Action.NEW_PITCHES: self._recolour,
            Action.NEW_ENDING: self._end_anew,
            Action.MORE_BARS: self._lengthen,
            Action.BARS: self._set_length,
        }.get(edit.action)
        if maker is not None:
            await maker(edit)
        else:
            # Edits of long parts take a while; other callers are served meanwhile.
            await asyncio.to_thread(OPERATIONS[edit.action], self.part, edit)

    async def _go_back(self, edit: Edit) -> None:
        """Take an earlier version; bars that are locked stay as they are."""
        await asyncio.to_thread(self._take_version, edit)

    def _take_version(self, edit: Edit) -> None:
        versions = round(edit.value or 1)
        if not self._request.versions and self._more_is_asked:
            return  # "as before, but..." of the only version there is
        if not 1 <= versions <= len(self._request.versions):
            raise ApiError(NO_EARLIER_VERSION, field="instruction")
        version = self._request.versions[-versions]
        part = self.part
        now = part.bars
        if edit.locations or edit.but_at:
            for selected in part.selected(edit):
                if selected.whole and selected.at < len(version.bars):
                    now[selected.at] = EditBar.of(version.bars[selected.at])
            return
        part.bars = [
            now[at] if at < len(now) and at in part.locks.bars else EditBar.of(bar)
            for at, bar in enumerate(version.bars)
        ]
        part.bpm = version.bpm

    async def _transpose(self, edit: Edit) -> None:
        key = self._intent.key
        if edit.action is Action.TO_MODE:
            wanted = Key(tonic=key.tonic, scale=edit.text)
        elif (tonic := _tonic(edit.text)) is not None:
            wanted = Key(tonic=tonic, scale=key.scale)
        else:
            wanted = (await self._analysed(IntentOptions(key_text=edit.text))).key
        intent = Intent()
        intent.CopyFrom(self._intent)
        del intent.progression[:], intent.modulations[:]
        intent.key.CopyFrom(wanted)
        harmony = Harmony(tuple((await self._theory.constrain(intent, self._seed)).plans))
        await asyncio.to_thread(pitch.to_harmony, self.part, edit, harmony)
        if not edit.locations and not edit.but_at:
            self._intent, self.part.harmony = intent, harmony

    async def _follow(self, edit: Edit) -> None:
        intent = Intent()
        intent.CopyFrom(self._intent)
        asked = await self._analysed(IntentOptions(progression=edit.text, key=self._intent.key))
        del intent.progression[:]
        intent.progression.extend(asked.progression)
        harmony = Harmony(tuple((await self._theory.constrain(intent, self._seed)).plans))
        await asyncio.to_thread(pitch.follow, self.part, edit, harmony)
        if not edit.locations and not edit.but_at:
            self._intent, self.part.harmony = intent, harmony

    async def _recompose(self, edit: Edit) -> None:
        await self._compose(self.part.selected(edit))

    async def _recolour(self, edit: Edit) -> None:
        """Compose other pitches for what is selected; a note that goes on over a bar line keeps its own."""
        part, by_meter = self.part, dict[tuple[int, int], list[Selected]]()
        for selected in part.selected(edit):
            by_meter.setdefault((selected.bar.meter.beats, selected.bar.meter.beat_unit), []).append(selected)
        for alike in by_meter.values():
            free = {selected.at: free_of_ties(part, selected) for selected in alike}
            rhythms = {selected.at: rhythm_of(selected, free[selected.at]) for selected in alike}
            for draw in range(_DRAWS):  # a bass on the tones of its chord may come out as it was
                made = await self._composed(alike, tuple(rhythms.values()), draw)
                found = {selected.at: pitches_found(rhythms[selected.at], made[selected.at]) for selected in alike}
                if all(changes_pitches(selected, found[selected.at]) for selected in alike):
                    break
            for selected in alike:
                pitches = found[selected.at]
                changed = {
                    id(note): note.at_pitch(pitches.get(number, note.pitch))
                    for number, note in enumerate(selected.bar.notes, 1)
                    if id(note) in free[selected.at]
                }
                part.replace(selected, lambda note: changed.get(id(note), note))  # noqa: B023  called at once
                selected.bar.composed = self._engines.choose("").info.name

    async def _end_anew(self, edit: Edit) -> None:
        await self._compose(self.part.selected(edit)[-1:])
        pitch.end_on(self.part, replace(edit, action=Action.END_ON, text=""))

    async def _lengthen(self, edit: Edit) -> None:
        added = structure.more_bars(self.part, round(edit.value or _MORE_BARS))
        self._intent.bars = len(self.part.bars)
        await self._compose([Selected(at, self.part.bars[at], (), whole=True) for at in added])

    async def _set_length(self, edit: Edit) -> None:
        missing = round(edit.value or 0) - len(self.part.bars)
        if missing > 0:
            await self._lengthen(replace(edit, value=float(missing)))
        elif missing < 0:
            structure.fewer_bars(self.part, replace(edit, value=float(-missing)))

    async def _compose(self, chosen: Sequence[Selected]) -> None:
        """Compose what is selected between the bars that stay."""
        part, by_meter = self.part, dict[tuple[int, int], list[Selected]]()
        for selected in chosen:
            by_meter.setdefault((selected.bar.meter.beats, selected.bar.meter.beat_unit), []).append(selected)
        for alike in by_meter.values():
            made = await self._composed(alike)
            for selected in alike:
                fresh = EditBar.of(made[selected.at])
                gone = {id(note) for note in selected.notes}
                staying = [note for note in selected.bar.notes if id(note) not in gone]
                edges = [(note.start, note.end) for note in selected.notes]
                new = [
                    replace(note, id=0, source=None)
                    for note in fresh.notes
                    if selected.whole or (part.is_free(selected.at, note.start) and _inside(note.start, edges))
                ]
                held = {(note.start, note.pitch) for note in staying}
                selected.bar.put([*staying, *(note for note in new if (note.start, note.pitch) not in held)])
                selected.bar.composed = self._engines.choose("").info.name

    async def _composed(self, chosen: Sequence[Selected], rhythms: Sequence[Bar] = (), draw: int = 0) -> dict[int, Bar]:
        part, wanted = self.part, [selected.at for selected in chosen]
        meter = chosen[0].bar.meter
        intent = Intent()
        intent.CopyFrom(self._intent)
        intent.bars, intent.bpm = len(part.bars), part.bpm
        intent.meter.CopyFrom(meter)
        constraints = await self._theory.constrain(intent, self._seed)
        self._keep_register(constraints)
        given = [bar.message(at) for at, bar in enumerate(part.bars) if at not in wanted and bar.meter == meter]
        brief = CompositionBrief(
            constraints=constraints,
            intent=intent,
            bars=len(part.bars),
            seed=self._seed + draw,
            given_bars=read_given(given, meter, len(part.bars)),
            context=tuple(self._request.context),
            rhythms=tuple(rhythms),
        )
        engine = self._engines.choose("")
        made: dict[int, Bar] = {}
        async with aclosing(checked_bars(engine, brief, bar_of, self._theory, self._locale, wanted)) as bars:
            async for checked in bars:
                made[checked.ready.bar.index] = checked.ready.bar
        return made

    def _keep_register(self, constraints: Constraints) -> None:
        """What is composed into a part stays near its range."""
        pitches = [note.pitch for bar in self.part.bars for note in bar.notes]
        if not pitches:
            return
        low, high = max(min(pitches) - _ROOM, 0), min(max(pitches) + _ROOM, 127)
        if high - low < _OCTAVE:
            low, high = max(low - _OCTAVE // 2, 0), min(high + _OCTAVE // 2, 127)
        constraints.lowest_pitch, constraints.highest_pitch = low, high

    async def _detected(self) -> Key:
        bars = [*self._request.bars, *(bar for track in self._request.context for bar in track.bars if bar.notes)]
        if not any(bar.notes for bar in bars):
            return _DEFAULT_KEY
        found = await self._theory.detect(_in_a_row(bars))
        return found.keys[0].key if found.keys else _DEFAULT_KEY

    async def _analysed(self, options: IntentOptions) -> Intent:
        options.role, options.bars = self._role, self._intent.bars
        options.meter.CopyFrom(self._intent.meter)
        request = AnalyseRequest(prompt=role_name(self._role), overrides=options, locale=self._locale)
        return (await self._theory.analyse(request)).intent


def _tonic(text: str) -> str | None:
    try:
        return str(PitchName.parse(text))
    except ValueError:
        return None


def _inside(start: int, edges: Sequence[tuple[int, int]]) -> bool:
    return not edges or min(edge[0] for edge in edges) <= start < max(edge[1] for edge in edges)


_MOST_DETECTED = 256  # bars


def _in_a_row(bars: Sequence[Bar]) -> list[Bar]:
    """Bars numbered one after the other, so that those of several tracks can be looked at together."""
    row = []
    for index, bar in enumerate(bars[:_MOST_DETECTED]):
        copy = Bar()
        copy.CopyFrom(bar)
        copy.index = index
        row.append(copy)
    return row
