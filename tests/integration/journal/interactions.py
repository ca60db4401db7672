"""Interactions for tests."""

from collections.abc import AsyncGenerator
from typing import Any

from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_COMPOSE, OUTCOME_COMPLETED, Interaction
from boumbapp.music.v2.events_pb2 import (
    CORRECTION_REASON_OUT_OF_KEY,
    BarReady,
    Completed,
    ComposingEvent,
    Correction,
    Notice,
    Started,
)
from boumbapp.music.v2.intent_pb2 import Evidence, Intent
from boumbapp.music.v2.music_pb2 import LEVEL_MEDIUM, ROLE_BASS, Bar, Key, Meter, Note, Track

FOUR_FOUR = Meter(beats=4, beat_unit=4)


def interaction(
    request_id: str, user: str = "ana", *, at: int = 1_000_000, style: str = "funk", **fields: Any
) -> Interaction:
    """A bass of two bars, one note of which was corrected."""
    intent = Intent(
        key=Key(tonic="G", scale="minor"),
        role=ROLE_BASS,
        style=style,
        bpm=100,
        bars=2,
        meter=FOUR_FOUR,
        density=LEVEL_MEDIUM,
        evidence=[Evidence(slot="style", words=style)],
    )
    raw = Note(id=1, pitch=44, start_step=0, duration_steps=4, velocity=90)
    fixed = Note(id=1, pitch=43, start_step=0, duration_steps=4, velocity=90)
    other = Note(id=2, pitch=50, start_step=8, duration_steps=4, velocity=80)
    correction = Correction(id=1, reason=CORRECTION_REASON_OUT_OF_KEY, note=raw, note_after=fixed)
    events = [
        ComposingEvent(
            started=Started(
                request_id=request_id,
                seed=7,
                intent=intent,
                engine="specialist",
                model="specialist-line 2",
                tracks=[Track(id="bass", role=ROLE_BASS)],
                bpm=100,
            )
        ),
        ComposingEvent(notice=Notice(code="ENGINE_FALLBACK")),
        ComposingEvent(
            bar=BarReady(
                track="bass",
                bar=Bar(index=0, meter=FOUR_FOUR, notes=[fixed, other]),
                corrections=[correction],
                engine="specialist",
            )
        ),
        ComposingEvent(
            bar=BarReady(track="bass", bar=Bar(index=1, meter=FOUR_FOUR, notes=[other]), engine="specialist")
        ),
        ComposingEvent(completed=Completed(bars=2, notes=3, corrections=1, first_bar_ms=12, total_ms=20)),
    ]
    values: dict[str, Any] = {
        "request_id": request_id,
        "user": user,
        "service": "melody",
        "kind": INTERACTION_KIND_COMPOSE,
        "prompt": f"basse {style} zorglub",
        "locale": "fr",
        "model_digest": "ab" * 32,
        "events": events,
        "outcome": OUTCOME_COMPLETED,
    }
    made = Interaction(**{**values, **fields})
    made.began.seconds = at
    return made


async def stream_of(made: Interaction) -> AsyncGenerator[ComposingEvent, None]:
    """Its events, as a service sends them."""
    for event in made.events:
        yield event
