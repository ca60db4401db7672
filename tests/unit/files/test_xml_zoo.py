"""MusicXML as the world writes it: every note where its bar puts it, and a word for what is left out."""

import pytest
from boumbapp.music.v2 import music_pb2 as pb

from music.files import read_file
from music.musicxml import UnreadableMusicXml, read_musicxml
from music.playback import placed_hits, played_notes
from music.reading.piece import Piece
from tests.unit.files.xml_zoo import HEAD, SCALE, kit, note, of, packed, score, stroke

CHORD, CUE, GRACE = "<chord/>", "<cue/>", "<grace/>"
METRONOME = (
    "<direction><direction-type><metronome><beat-unit>{unit}</beat-unit>{dots}<per-minute>{figure}</per-minute>"
    "</metronome></direction-type>{sound}</direction>"
)


def read(xml: str) -> Piece:
    return read_musicxml(xml.encode())


def onsets(piece: Piece) -> list[tuple[int, int]]:
    """Sixteenth and pitch of all notes."""
    return [(note.onset // 120, note.pitch) for track in piece.tracks for note in played_notes(track.bars)]


def hits(piece: Piece) -> list[tuple[int, int]]:
    """Sixteenth and piece of all hits."""
    return sorted((hit.start // 120, hit.hit.piece) for track in piece.tracks for hit in placed_hits(track.bars))


def meters(piece: Piece) -> list[str]:
    return [f"{bar.meter.beats}/{bar.meter.beat_unit}" for bar in piece.tracks[0].bars]


def codes(piece: Piece) -> list[str]:
    return list(piece.findings.codes())


HALF = note("C4") + note("D4")
LONG = SCALE + note("G4")


@pytest.mark.parametrize(
    ("measures", "marks", "lengths"),
    [
        ([SCALE, HALF, SCALE, SCALE], (), "4/4 2/4 4/4 4/4"),
        ([SCALE, HALF, SCALE], ("", 'number="X1" implicit="yes"'), "4/4 2/4 4/4"),
        ([SCALE, HALF, HALF, SCALE], (), "4/4 2/4 2/4 4/4"),
        ([SCALE, LONG, SCALE, SCALE], (), "4/4 5/4 4/4 4/4"),
        ([LONG, SCALE], (), "5/4 4/4"),
        ([SCALE, note("C4", 3), SCALE], (), "4/4 3/16 4/4"),
        ([SCALE, SCALE, HALF], (), "4/4 4/4 4/4"),
        ([note("G4"), SCALE, LONG, SCALE], (), "4/4 4/4 5/4 4/4"),
    ],
)
def test_bars_that_are_short_or_too_full_displace_nothing(
    measures: list[str], marks: tuple[str, ...], lengths: str
) -> None:
    piece = read(score(measures, numbers=marks))
    assert meters(piece) == lengths.split()
    bars = piece.tracks[0].bars
    for bar, measure in zip(bars, measures, strict=True):
        assert len(bar.notes) == measure.count("<note")
        if measure is not measures[0] or len(bar.notes) > 1:
            assert [found.start_step for found in bar.notes] == [4 * at for at in range(len(bar.notes))]
    odd = [at for at, length in enumerate(lengths.split()) if length != "4/4"]
    notices = {notice.code: notice for notice in piece.findings.notices("en")}
    assert set(notices) == ({"BARS_OF_OTHER_LENGTH"} if odd else set())
    if odd:
        told = notices["BARS_OF_OTHER_LENGTH"]
        assert (int(told.metadata["bars"]), told.bar) == (len(odd), odd[0])


@pytest.mark.parametrize(
    ("first", "second", "shape", "lasts"),
    [
        (12, 8, "<type>half</type><dot/>", 12),  # the file says two quarters and draws three, as its chord has
        (3, 2, "<type>eighth</type><dot/>", 3), (12, 8, "<type>half</type>", 8), (8, 4, "<type>half</type>", 8),
        (12, 8, "", 8), (12, 4, "<type>half</type>", 4), (4, 8, "<type>half</type>", 8),
    ],
)  # fmt: skip
def test_a_chord_tone_lasts_as_it_is_drawn_where_its_chord_does(
    first: int, second: int, shape: str, lasts: int
) -> None:
    piece = read(score([note("E2", first) + note("B2", second, shape, before=CHORD) + note("C4", 4), SCALE]))
    assert [each.duration_steps for each in piece.tracks[0].bars[0].notes if each.name == "B2"] == [lasts]


def test_a_tie_from_a_tone_written_too_short_is_held() -> None:
    chord = note("E2", 16) + note("B2", 8, "<type>whole</type><tie type='start'/>", CHORD)
    piece = read(score([chord, note("B2", 4, "<tie type='stop'/>") + note("C3", 12)]))
    assert onsets(piece) == [(0, 40), (0, 47), (20, 48)]


@pytest.mark.parametrize("between", [
    "<direction><direction-type><words>dolce</words></direction-type></direction>",
    "<direction><direction-type><dynamics><f/></dynamics></direction-type><offset>2</offset></direction>",
    "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>",
    "<print/>", "<sound dynamics='90'/>", "<attributes><clef><sign>F</sign><line>4</line></clef></attributes>",
    "<listening/>", "<figured-bass><figure/></figured-bass>",
])  # fmt: skip
def test_a_chord_is_one_whatever_stands_between_its_tones(between: str) -> None:
    chord = note("C4", 16) + between + note("E4", 16, before=CHORD) + between + note("G4", 16, before=CHORD)
    piece = read(score([chord, SCALE]))
    assert onsets(piece)[:3] == [(0, 60), (0, 64), (0, 67)]
    assert onsets(piece)[3] == (16, 60)


def test_cue_notes_are_silent_and_take_their_time() -> None:
    piece = read(score([note("C4") + note("D4", before=CUE) + note("E4", before=CUE) + note("F4")]))
    assert onsets(piece) == [(0, 60), (12, 65)]
    (notice,) = piece.findings.notices("en")
    assert (notice.code, notice.metadata["notes"], notice.bar) == ("CUE_NOTES_LEFT_OUT", "2", 0)
    small = read(score([note("C4", 16, '<type size="cue">whole</type>')]))
    assert onsets(small) == [(0, 60)]  # small notes sound


@pytest.mark.parametrize(
    ("unit", "dots", "figure", "sound", "bpm"),
    [
        ("quarter", "", "c. 108", "", 108), ("quarter", "", "ca. 72.5", "", 72.5), ("half", "", "60", "", 120),
        ("quarter", "<beat-unit-dot/>", "60", "", 90), ("eighth", "", "100-120", "", 50),
        ("quarter", "", "fast", "", 120),
        ("quarter", "", "c. 108", '<sound tempo="99"/>', 99), ("quarter", "", "", '<sound tempo="140.5"/>', 140.5),
        ("quarter", "", "60", '<sound dynamics="80"/>', 60), ("quarter", "", "108", '<sound tempo="0"/>', 108),
        ("quarter", "", "92,5", "", 92.5), ("half", "<beat-unit-dot/>", "50", "", 150),
    ],
)  # fmt: skip
def test_the_tempo_is_what_the_file_sounds_like(unit: str, dots: str, figure: str, sound: str, bpm: float) -> None:
    mark = METRONOME.format(unit=unit, dots=dots, figure=figure, sound=sound)
    assert read(score([mark + SCALE])).bpm == bpm


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_tempo_that_comes_later_is_not_the_start(at: int) -> None:
    measures = [SCALE] * 4
    measures[at] = '<sound tempo="170"/>' + SCALE
    piece = read(score(measures, [SCALE] * 4))
    assert piece.bpm == 120
    for track in piece.tracks:
        assert [bar.bpm for bar in track.bars if bar.HasField("bpm")] == [170]
        assert track.bars[at].bpm == 170
    inside = read(score([note("C4") + '<sound tempo="170"/>' + note("D4", 12), SCALE]))
    assert codes(inside) == ["TEMPO_CHANGES_MOVED"]
    assert inside.tracks[0].bars[1].bpm == 170


def test_a_sound_beside_a_metronome_wins_wherever_it_stands() -> None:
    mark = METRONOME.format(unit="quarter", dots="", figure="60", sound="")
    assert read(score(['<sound tempo="99"/>' + mark + SCALE])).bpm == 99
    assert read(score([mark + '<sound tempo="99"/>' + SCALE])).bpm == 99


def test_pitched_and_unpitched_stand_side_by_side() -> None:
    piece = read(score([note("C4") + stroke("C5") + note("E4") + stroke("F4"), SCALE], listed=kit(A=36)))
    assert [track.drums for track in piece.tracks] == [False, True]
    assert onsets(piece)[:2] == [(0, 60), (8, 64)]
    assert len(hits(piece)) == 2
    chord = read(score([note("C4", 16) + stroke("F4", 16, before=CHORD)]))
    assert (onsets(chord), hits(chord)) == ([(0, 60)], [(0, pb.DRUM_PIECE_KICK)])


def test_the_drum_is_the_one_that_the_file_names() -> None:
    listed = kit(a=37, b=39, c=43, d=47, e=52, f=58)
    places = ["A3", "B3", "C4", "D4", "E4", "F4"]
    body = "".join(stroke(place, 2, of(name)) for place, name in zip(places, "abcdef", strict=True))
    piece = read(score([body + stroke("C5", 4, of("a"))], listed=listed))
    assert [each for _, each in hits(piece)] == [
        pb.DRUM_PIECE_KICK, pb.DRUM_PIECE_SNARE, pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_OPEN_HAT, pb.DRUM_PIECE_RIDE,
        pb.DRUM_PIECE_CRASH, pb.DRUM_PIECE_KICK,
    ]  # fmt: skip
    assert codes(piece) == ["DRUM_KEYS_MAPPED"]  # a second crash cymbal


@pytest.mark.parametrize("key", range(27, 88))
def test_every_percussion_key_is_a_hit(key: int) -> None:
    piece = read(score([stroke("C5", 16, of("x"))], listed=kit(x=key + 1)))
    assert len(hits(piece)) == 1


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("Low Conga", pb.DRUM_PIECE_LOW_TOM), ("Congas", pb.DRUM_PIECE_MID_TOM), ("Triangle", pb.DRUM_PIECE_OPEN_HAT),
        ("Caisse claire", pb.DRUM_PIECE_SNARE), ("Hi-hat open", pb.DRUM_PIECE_OPEN_HAT),
        ("Bass Drum", pb.DRUM_PIECE_KICK),
        ("Maracas", pb.DRUM_PIECE_SHAKER), ("Wood Blocks", pb.DRUM_PIECE_RIM),
    ],
)  # fmt: skip
def test_an_instrument_without_a_key_is_known_by_its_name(name: str, piece: int) -> None:
    listed = f'<score-instrument id="x"><instrument-name>{name}</instrument-name></score-instrument>'
    assert hits(read(score([stroke("", 16, of("x"))], listed=listed))) == [(0, piece)]
    assert hits(read(score([stroke("", 16)], name=name))) == [(0, piece)]


@pytest.mark.parametrize("place", ["", "C3", "E4", "B5", "G6"])
def test_a_stroke_at_no_known_place_is_a_hit_with_a_word(place: str) -> None:
    piece = read(score([stroke(place, 16)]))
    assert len(hits(piece)) == 1
    assert codes(piece) == ["DRUM_PLACES_GUESSED"]


def test_grace_strokes_are_flams_and_other_grace_notes_are_told() -> None:
    body = stroke("C5", 0, before=GRACE) + stroke("C5") + note("C4", 0, before=GRACE) + note("D4")
    piece = read(score([body]))
    (drums,) = (track for track in piece.tracks if track.drums)
    assert drums.bars[0].hits[0].HasField("flam")
    assert codes(piece) == ["GRACE_NOTES_LEFT_OUT"]


@pytest.mark.parametrize(
    "key",
    [
        "<key><key-step>F</key-step><key-alter>1</key-alter></key>",
        "<key><fifths>999</fifths></key>", "<key/>", "<key><fifths>x</fifths><mode>major</mode></key>",
        "<key><cancel>2</cancel><fifths>-3</fifths><mode>major</mode></key>",
    ],
)  # fmt: skip
def test_odd_keys_cost_no_note(key: str) -> None:
    assert len(onsets(read(score([SCALE], head=key + HEAD)))) == 4


def test_a_key_that_comes_later_is_not_the_start() -> None:
    later = "<attributes><key><fifths>3</fifths><mode>major</mode></key></attributes>"
    assert read(score([SCALE, later + SCALE])).key is None


@pytest.mark.parametrize(
    ("transpose", "written", "sounding", "name"),
    [
        ("<diatonic>-1</diatonic><chromatic>-2</chromatic>", "D4", 60, "C4"),
        ("<diatonic>-5</diatonic><chromatic>-9</chromatic>", "A4", 60, "C4"),
        ("<chromatic>-2</chromatic>", "F#4", 64, "E4"),
        ("<chromatic>0</chromatic><octave-change>-1</octave-change>", "C4", 48, "C3"),
        ("<diatonic>1</diatonic><chromatic>1</chromatic>", "C4", 61, "Db4"),
    ],
)
def test_transposing_parts_are_read_as_they_sound(transpose: str, written: str, sounding: int, name: str) -> None:
    piece = read(score([note(written, 16)], head=HEAD + f"<transpose>{transpose}</transpose>"))
    (found,) = piece.tracks[0].bars[0].notes
    assert (found.pitch, found.name) == (sounding, name)


@pytest.mark.parametrize("timewise", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("UTF-16", "utf-8"), ("utf-16", "utf-16-le"),
        ("utf-16", "utf-16-be"), ("ISO-8859-1", "latin-1"), ("UTF-8", "latin-1"), ("Shift_JIS", "cp932"),
        ("UTF-8", "utf-16"), ("klingon", "utf-8"), ("", "utf-8"), ("windows-1252", "cp1252"), ("UCS-2", "utf-8"),
    ],
)  # fmt: skip
def test_any_form_and_encoding_is_read(timewise: bool, compressed: bool, declared: str, encoding: str) -> None:
    name = "ピアノ" if encoding == "cp932" else "Flûte"
    xml = score([SCALE, SCALE], [SCALE, HALF + note("E4", 8)], name=name, timewise=timewise)
    text = (f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else "") + xml
    data = text.encode(encoding)
    piece = read_file(packed(data) if compressed else data)
    assert [track.name for track in piece.tracks] == [name, name]
    assert len(onsets(piece)) == 15


def test_entities_of_the_file_may_be_short_texts() -> None:
    doctype = '<!DOCTYPE score-partwise [<!ENTITY copy "(c)">]>'
    assert read(doctype + score([SCALE], name="A&copy;")).tracks[0].name == "A(c)"


def test_a_score_cut_short_is_read_that_far_and_names_the_line() -> None:
    xml = score([SCALE, SCALE, SCALE]).replace("<measure", "\n<measure")
    piece = read(xml[: xml.rindex("<measure") + 60])
    assert len(onsets(piece)) == 8
    (notice,) = piece.findings.notices("en")
    assert (notice.code, notice.metadata["line"]) == ("DAMAGED_AT_LINE", "4")
    with pytest.raises(UnreadableMusicXml, match="line 2"):
        read(xml[: xml.index("<measure") + 60])


def test_what_cannot_sound_is_told() -> None:
    body = note("C4").replace("<octave>4", "<octave>99") + note("D4").replace("D<", "Q<") + note("E4") + note("F4")
    piece = read(score([body]))
    assert onsets(piece) == [(8, 64), (12, 65)]
    assert codes(piece) == ["PITCHES_LEFT_OUT"]
    quarter = note("C4").replace("<octave>", "<alter>0.5</alter><octave>")
    assert codes(read(score([quarter + note("D4", 12)]))) == ["QUARTER_TONES_ROUNDED"]


def test_repeats_are_read_once_and_told() -> None:
    end = '<barline location="right"><repeat direction="backward"/></barline>'
    piece = read(score([SCALE, SCALE + end, SCALE]))
    assert len(piece.tracks[0].bars) == 3
    assert codes(piece) == ["REPEATS_READ_ONCE"]


@pytest.mark.parametrize("voices", [1, 2])
def test_ties_are_joined_across_bars_and_voices(voices: int) -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    first = note("C4", 16, start)
    second = note("C4", 8, stop) + note("D4", 8)
    if voices == 2:
        first += "<backup><duration>16</duration></backup>" + note("E3", 16, start)
        second += "<backup><duration>16</duration></backup>" + note("E3", 16, stop)
    piece = read(score([first, second]))
    found = sorted((note.onset // 120, note.stop // 120, note.pitch) for note in played_notes(piece.tracks[0].bars))
    assert found == sorted([(0, 24, 60), (24, 32, 62)] + [(0, 32, 52)] * (voices == 2))


def test_tuplets_keep_their_time() -> None:
    triplets = "".join(note("C4", 4, "<time-modification/>") + note("E4", 4) + note("G4", 4) for _ in range(4))
    piece = read(score([triplets], head=HEAD.replace("<divisions>4", "<divisions>12")))
    ticks = [found.onset for found in played_notes(piece.tracks[0].bars)]
    assert ticks == [160 * at for at in range(12)]


def test_a_broken_metre_and_no_metre_cost_no_note() -> None:
    for time in ("<time><beats>x</beats><beat-type>4</beat-type></time>", "<time><senza-misura/></time>", ""):
        assert len(onsets(read(score([SCALE, SCALE], head="<divisions>4</divisions>" + time)))) == 8
    nine = "<time><beats>9</beats><beat-type>32</beat-type></time>"
    odd = read(score([note("C4", 9), note("D4", 9)], head="<divisions>8</divisions>" + nine))
    assert [found.onset for found in played_notes(odd.tracks[0].bars)] == [0, 540]
    assert codes(odd) == ["METERS_APPROXIMATED"]


def test_a_metre_that_one_part_says_is_that_of_all() -> None:
    three = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    piece = read(
        score(
            [note("C4", 12)] * 3,
            [three + note("C3", 12), note("C3", 12), note("C3", 12)],
            head="<divisions>4</divisions>",
        )
    )
    assert meters(piece) == ["3/4"] * 3
    assert codes(piece) == []
