"""The style files: complete, playable, in line with theory's catalogue, and strict about mistakes."""

from pathlib import Path

import pytest
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_SNARE

from language.yaml_fields import DataFileError
from services.drums.kit.tab_notation import FULL, GHOST, HitRule, TabNotationError, read_rolls, read_row, with_ghosts
from services.drums.styles.loader import DATA, load_fills, load_styles

ROOT = Path(__file__).parents[3]
TWO_HATS = "".join(f"  {hat}: 'X...............'\n" for hat in ("closed_hat", "open_hat"))
PLAIN = """
label: {en: plain, fr: simple}
description: {en: "plain", fr: "simple"}
bpm: 100
humanise: 1
intensity: 0.5
pattern:
  kick:  "X... .... X... ...."
  snare: ".... X... .... X..."
fills: [snare_four]
source: "nobody"
"""


def test_there_are_more_than_thirty_styles_and_theory_knows_them_all() -> None:
    known = {path.stem for path in (ROOT / "services" / "theory" / "catalogue" / "data" / "styles").glob("*.yaml")}
    assert len(load_styles()) > 30
    assert load_styles().keys() <= known


@pytest.mark.parametrize("slug", load_styles())
def test_a_style_says_what_makes_it_recognisable_in_both_languages(slug: str) -> None:
    style = load_styles()[slug]
    for texts in (style.labels, style.descriptions):
        assert texts.keys() == {"en", "fr"}
        assert all(texts.values())
    assert style.descriptions["en"] != style.descriptions["fr"]
    assert style.source


@pytest.mark.parametrize("slug", load_styles())
def test_a_style_has_a_signature_and_room_to_vary(slug: str) -> None:
    for pattern in (load_styles()[slug].pattern, *load_styles()[slug].variants.values()):
        cells = [cell for rows in pattern.rows.values() for row in rows for cell in row]
        must = sum(cell.rule is HitRule.MUST for cell in cells) / pattern.bars
        may = sum(cell.weight / 10 for cell in cells) / pattern.bars
        assert must >= 2
        assert may >= 1, "complexity would have nothing to add"


def test_half_time_styles_have_their_backbeat_on_three() -> None:
    for style in load_styles().values():
        if style.half_time:
            beats = {
                beat
                for beat in (4, 8, 12)
                for row in style.pattern.rows[DRUM_PIECE_SNARE]
                if row[beat].rule is HitRule.MUST
            }
            assert 8 in beats
            assert 4 not in beats


def test_every_fill_is_used_by_some_style() -> None:
    used = {fill.name for style in load_styles().values() for fill in style.fills}
    assert load_fills().keys() == used


def write(folder: Path, text: str) -> Path:
    (folder / "styles").mkdir()
    (folder / "styles" / "plain.yaml").write_text(text, encoding="utf-8")
    (folder / "fills.yaml").write_text((DATA / "fills.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_adding_a_style_is_adding_a_file(tmp_path: Path) -> None:
    styles = load_styles(write(tmp_path, PLAIN))
    assert list(styles) == ["plain"]
    assert styles["plain"].pattern.bars == 1


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        pytest.param("X... .... X...", "X... .... Y...", "pattern: kick", id="unknown symbol"),
        pytest.param("X... .... X... ....", "X... .... X...", "pattern: kick", id="too short"),
        pytest.param("  snare:", "  drum:", "pattern: drum", id="unknown piece"),
        pytest.param("bpm: 100", "bpm: 1000", "bpm", id="impossible tempo"),
        pytest.param("[snare_four]", "[no_such_fill]", "fills", id="unknown fill"),
        pytest.param("humanise: 1", "humanize: 1", "humanise", id="misspelt field"),
        pytest.param("source:", "triplets: quarters\nsource:", "triplets", id="triplets are or are not"),
        pytest.param("  snare:", TWO_HATS + "  snare:", "open_hat", id="open and closed at once"),
        pytest.param("fills:", "ghosts: {snare: '....5...........'}\nfills:", "ghosts.snare", id="ghost on a stroke"),
        pytest.param("fills:", "rolls: {snare: '...9............'}\nfills:", "rolls.snare", id="too many strokes"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_named(tmp_path: Path, before: str, after: str, named: str) -> None:
    with pytest.raises(DataFileError, match=f"plain.yaml.*{named}"):
        load_styles(write(tmp_path, PLAIN.replace(before, after)))


def test_rows_read_as_they_are_written() -> None:
    row = read_row("Xxog F.-3", 8)
    assert [cell.level for cell in row[:4]] == sorted((cell.level for cell in row[:4]), reverse=True)
    assert row[4].flam
    assert [cell.rule for cell in row[4:]] == [HitRule.MUST, HitRule.OPEN, HitRule.NEVER, HitRule.MAY]
    assert row[7].weight == 3
    assert (row[1].level, row[3].level) == (FULL, GHOST)


def test_ghosts_may_sound_where_full_strokes_never_do() -> None:
    row = with_ghosts(read_row("X-..", 4), read_row(".3.3", 4, GHOST))
    assert [cell.rule for cell in row] == [HitRule.MUST, HitRule.MAY, HitRule.OPEN, HitRule.MAY]
    with pytest.raises(TabNotationError):
        with_ghosts(read_row("X...", 4), read_row("3...", 4, GHOST))


def test_rolls_are_counted_in_strokes() -> None:
    assert read_rolls("..23 ...8", 8) == (0, 0, 2, 3, 0, 0, 0, 8)
    for wrong in ("..1.", "..9.", "..x.", "...."[:3]):
        with pytest.raises(TabNotationError):
            read_rolls(wrong, 4)
