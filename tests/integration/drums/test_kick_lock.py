"""The kick follows the first bass or melody beside it."""

from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, ROLE_BASS, ROLE_MELODY, ROLE_PAD, Bar, Meter, Note, Track

from tests.integration.drums.test_compose_drums import bars


async def test_the_kick_locks_to_a_bass_line_by_the_index_of_its_bars(drums_stub: DrumsServiceStub) -> None:
    meter = Meter(beats=4, beat_unit=4)
    notes = [Note(pitch=36, start_step=step, duration_steps=3, velocity=115) for step in (0, 3, 6, 11)]
    line = [Bar(index=index, meter=meter, notes=notes) for index in (3, 1)]
    bass = Track(id="b", role=ROLE_BASS, bars=line)
    tune = Track(id="m", role=ROLE_MELODY, bars=[Bar(index=index, meter=meter, notes=notes[:1]) for index in range(4)])
    pad = Track(id="p", role=ROLE_PAD, bars=tune.bars)
    made = await bars(drums_stub, pb.ComposeRequest(prompt="boom bap drums", seed=5, context=[pad, bass, tune]))
    assert await bars(drums_stub, pb.ComposeRequest(prompt="boom bap drums", seed=5, context=[tune, bass])) != made
    first = Track(role=ROLE_MELODY, bars=line)
    assert await bars(drums_stub, pb.ComposeRequest(prompt="boom bap drums", seed=5, context=[first, bass])) == made
    free = await bars(drums_stub, pb.ComposeRequest(prompt="boom bap drums", seed=5))

    def agreement(bar: Bar) -> int:
        kicks = {hit.step for hit in bar.hits if hit.piece == DRUM_PIECE_KICK}
        return len(kicks & {0, 3, 6, 11}) - len(kicks - {0, 3, 6, 11})

    assert await bars(drums_stub, pb.ComposeRequest(prompt="boom bap drums", seed=5, context=[pad])) == free
    assert agreement(made[1]) > agreement(free[1])
    assert agreement(made[3]) > agreement(free[3])
    assert {hit.step for hit in made[0].hits if hit.piece == DRUM_PIECE_KICK} == {
        hit.step for hit in free[0].hits if hit.piece == DRUM_PIECE_KICK
    }
