"""From a reported interaction to a piece and its facts; and back to the bars as engines made them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from boumbapp.journal.v2.interaction_pb2 import Interaction, Outcome
from boumbapp.music.v2.events_pb2 import BarReady, Completed, Correction, CorrectionReason, Notice, Started
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import Bar
from google.protobuf.message import DecodeError

from services.chassis.server.validation import check
from services.journal.domain.piece import Fact, NewPiece, Piece

_MUSIC: Final = ("events", "given_bars", "context", "hints", "overrides")
_WORD = re.compile(r"[^\W\d_]{3,}")
_REASON = "CORRECTION_REASON_"
_MOST_UNUSED = 32
# Words that say nothing of the music, in both languages.
_SMALL = frozenset(
    """a an and are au aux avec avoir be but ça ce ces cette composer compose dans de des du elle en est et être fais
    faire fait for from give have il ils in is it its je la le les leur mais make me mes moi mon ne nous of on or ou par
    pas please play plus pour qu que qui sa sans se ses some son sur svp te that the this to too trop tu un une very
    veux vous want with y you your""".split()
)


class NotAnInteraction(Exception):
    """The bytes are no interaction; the text says what is wrong."""


def read_interaction(content: bytes) -> NewPiece:
    """Read an interaction as it was sent.

    Raises:
        NotAnInteraction: It is none, or breaks the rules of the contract, those for music excepted.
    """
    try:
        interaction = Interaction.FromString(content)
    except DecodeError as error:
        raise NotAnInteraction(str(error)) from error
    # What engines made wrong is kept as well, so the rules of requests do not hold for the music.
    music = Interaction(events=interaction.events, given_bars=interaction.given_bars, context=interaction.context)
    music.hints.CopyFrom(interaction.hints)
    music.overrides.CopyFrom(interaction.overrides)
    for name in _MUSIC:
        interaction.ClearField(name)
    if faults := check(interaction):
        raise NotAnInteraction("; ".join(map(str, faults)))
    user, trace = interaction.user, interaction.trace_parent
    interaction.ClearField("user")
    interaction.ClearField("trace_parent")
    interaction.MergeFrom(music)
    return NewPiece(
        piece=_piece(interaction),
        user=user,
        facts=tuple(sorted(_facts(interaction))),
        document=interaction.SerializeToString(),
        trace=trace,
    )


def started_of(interaction: Interaction) -> Started:
    """How its stream began; empty when it did not."""
    return next((event.started for event in interaction.events if event.HasField("started")), Started())


def bars_of(interaction: Interaction) -> list[BarReady]:
    """The bars of its stream, in the order in which they came."""
    return [event.bar for event in interaction.events if event.HasField("bar")]


def raw_bar(ready: BarReady) -> Bar:
    """A bar as the engine made it, from what theory left of it and what it changed."""
    bar = Bar()
    bar.CopyFrom(ready.bar)
    if not ready.corrections:
        return bar
    first: dict[int, Correction] = {}
    unnamed = []
    for correction in ready.corrections:
        if correction.id:
            first.setdefault(correction.id, correction)
        else:
            unnamed.append(correction)
    notes = [note for note in bar.notes if note.id not in first]
    hits = [hit for hit in bar.hits if hit.id not in first]
    for correction in (*first.values(), *unnamed):
        if correction.HasField("note"):
            notes.append(correction.note)
        elif correction.HasField("hit"):
            hits.append(correction.hit)
    del bar.notes[:], bar.hits[:]
    bar.notes.extend(sorted(notes, key=lambda note: (note.start_step, note.pitch)))
    bar.hits.extend(sorted(hits, key=lambda hit: (hit.step, hit.piece)))
    return bar


def _piece(interaction: Interaction) -> Piece:
    started, bars = started_of(interaction), bars_of(interaction)
    intent, completed = started.intent, _completed(interaction)
    began = interaction.began
    roles = {track.role for track in started.tracks} - {0}
    meter = intent.meter if intent.HasField("meter") else (bars[0].bar.meter if bars else intent.meter)
    return Piece(
        request_id=interaction.request_id,
        root_id=interaction.parent_request_id or interaction.request_id,
        parent_id=interaction.parent_request_id,
        kind=interaction.kind,
        service=interaction.service,
        began_us=began.seconds * 1_000_000 + began.nanos // 1000,
        prompt=_text(interaction.prompt),
        locale=interaction.locale,
        role=roles.pop() if len(roles) == 1 else 0 if roles else intent.role,
        style=_text(intent.style or interaction.hints.style)[:64],
        mood=_text(intent.mood)[:64],
        tonic=_text(intent.key.tonic)[:8],
        scale=_text(intent.key.scale)[:64],
        bpm=started.bpm or intent.bpm,
        beats=meter.beats,
        beat_unit=meter.beat_unit,
        density=intent.density,
        bars=len(bars),
        notes=sum(len(each.bar.notes) + len(each.bar.hits) for each in bars),
        corrections=sum(len(each.corrections) for each in bars),
        engine=_text(started.engine)[:64],
        model=_text(started.model)[:128],
        model_digest=interaction.model_digest,
        seed=started.seed,
        outcome=interaction.outcome,
        error=interaction.error,
        first_bar_ms=completed.first_bar_ms,
        bar_ms=(completed.total_ms - completed.first_bar_ms) / (len(bars) - 1)
        if len(bars) > 1 and completed.bars
        else 0.0,
    )


def _text(text: str) -> str:
    """Text that every database takes: without the character 0."""
    return text.replace("\0", "")


def _completed(interaction: Interaction) -> Completed:
    return next((event.completed for event in interaction.events if event.HasField("completed")), Completed())


def _facts(interaction: Interaction) -> Iterator[Fact]:
    notices: Iterable[Notice] = [event.notice for event in interaction.events if event.HasField("notice")]
    reasons = (correction.reason for each in bars_of(interaction) for correction in each.corrections)
    counted = {
        "correction": Counter(map(_reason, reasons)),
        "notice": Counter(_text(notice.code)[:64] for notice in notices),
        "failure": Counter([interaction.error] if interaction.error else []),
        "unused_word": Counter(unused_words(interaction.prompt, started_of(interaction).intent)),
    }
    for kind, names in counted.items():
        yield from (Fact(kind, name, count) for name, count in names.items())


def _reason(number: int) -> str:
    """The name of a reason; the number of one that this version does not know."""
    known = CorrectionReason.keys()[number] if number in CorrectionReason.values() else str(number)
    return known.removeprefix(_REASON).lower()


def unused_words(prompt: str, intent: Intent) -> Sequence[str]:
    """Words of a prompt that no slot of the intent comes from, in lower case, each once.

    Args:
        prompt: What the person typed.
        intent: What was understood; empty where there was nothing to understand, which uses no words and misses none.
    """
    if not intent.evidence:
        return ()
    used = {word for evidence in intent.evidence for word in _WORD.findall(evidence.words.lower())}
    words = dict.fromkeys(_WORD.findall(prompt.lower()))
    return [word[:64] for word in words if word not in used and word not in _SMALL][:_MOST_UNUSED]


def is_question(piece: Piece) -> bool:
    """Whether it is a question that nothing answered."""
    return piece.outcome == Outcome.OUTCOME_UNANSWERED
