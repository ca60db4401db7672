"""Pages: what is read of them, what is refused, and that those which ship have no fault."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.example_checks import faults
from cli.knowledge import all_problems, check, new
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from language.yaml_fields import DataFileError
from services.rag.pages.library import Library, fingerprint
from services.rag.pages.page import Example, ExampleKind
from services.rag.pages.reader import LOCALES, MOST_BYTES, parse_page, read_page
from services.theory.catalogue.catalogue import Catalogue

FRONT = "---\ntitle: Tune\nkind: harmony\nkeywords: [tune]\nsources: [Book]\n---\n"
BODY = "A tune is sung. " * 60 + "\n\n## More\n\n" + "It goes on. " * 30 + "\n"


def write(folder: Path, slug: str = "tune", text: str = FRONT + BODY) -> None:
    for locale in LOCALES:
        (folder / f"{slug}.{locale}.md").write_text(text, encoding="utf-8")


def problems(folder: Path) -> list[str]:
    return list(all_problems(Library.load(folder)))


def test_the_pages_that_ship_have_no_fault() -> None:
    assert not list(all_problems(Library.load()))


def test_a_page_is_read_with_its_sections_links_and_examples() -> None:
    body = (
        "What it *is*,\nin short, see [that](other-page).\n\n## Notes\n\n- one `x`\n- **two**\n\n"
        '```scale tonic="D" scale="dorian"\nD E F G A B C\n```\n'
    )
    page = parse_page(FRONT + body, "tune", "en")
    lead, notes = page.sections
    assert (lead.heading, lead.paragraphs, lead.links) == (
        "Tune",
        ("What it is, in short, see that.",),
        ("other-page",),
    )
    assert (notes.heading, notes.paragraphs) == ("Notes", ("one x", "two"))
    assert notes.examples == (Example(ExampleKind.SCALE, {"tonic": "D", "scale": "dorian"}, ("D E F G A B C",)),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no front matter", "front matter"),
        ("---\ntitle: [\n---\nText\n", "not YAML"),
        ("---\ntitle: T\nkind: poem\n---\nText\n", "kind"),
        ("---\ntitle: T\nkind: sound\ntempo: 3\n---\nText\n", "tempo"),
        (FRONT + "# Big\n", "headings"),
        (FRONT + "![x](y)\n", "image"),
        (FRONT + "[x](https://example.com)\n", "link"),
        (FRONT + "```python\nprint()\n```\n", "example"),
        (FRONT + '```scale tonic="D"\n```\n', "empty"),
        (FRONT + "> quoted\n", "blockquote"),
        (FRONT + "***\n", "hr"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(DataFileError, match=problem):
        parse_page(text, "tune", "en")


def test_markup_of_the_web_is_text() -> None:
    page = parse_page(FRONT + "A <script>alert(1)</script> here\n", "tune", "en")
    assert page.sections[0].paragraphs == ("A <script>alert(1)</script> here",)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    for whole in (text, FRONT + text):
        try:
            parse_page(whole, "tune", "fr")
        except DataFileError as error:
            assert str(error).startswith("tune.fr.md: ")  # noqa: PT017 - any other error fails the test


def test_files_that_are_too_large_or_not_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tune.en.md"
    path.write_bytes(b"x" * (MOST_BYTES + 1))
    with pytest.raises(DataFileError, match="bytes"):
        read_page(path)
    path.write_bytes(b"---\xff")
    with pytest.raises(DataFileError, match="UTF-8"):
        read_page(path)


def test_every_style_scale_and_progression_of_the_catalogue_has_a_page() -> None:
    explained = {entry for page in Library.load().all() for entry in page.catalogue}
    catalogue = Catalogue.load()
    kinds = {"style": catalogue.styles, "scale": catalogue.scales, "progression": catalogue.progressions}
    assert not {f"{kind}:{slug}" for kind, entries in kinds.items() for slug in entries} - explained


def test_a_folder_without_a_fault_has_none(tmp_path: Path) -> None:
    write(tmp_path)
    assert problems(tmp_path) == []
    assert check(tmp_path) is ExitCode.OK


def test_a_broken_page_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "other")
    (tmp_path / "other.fr.md").write_text("nothing", encoding="utf-8")
    library = Library.load(tmp_path)
    assert set(library.pages) == {"tune"}
    assert [problem.partition(":")[0] for problem in library.problems] == ["other.fr.md", "other.fr.md"]
    assert check(tmp_path) is ExitCode.FAILED


@pytest.mark.parametrize(
    ("english", "problem"),
    [
        (FRONT + "Too short.\n\n## More\n\nYes.\n", "words"),
        (FRONT.replace("keywords: [tune]\n", "") + BODY, "keywords"),
        (FRONT.replace("sources: [Book]\n", "") + BODY, "sources"),
        (FRONT + BODY + "[x](nowhere)\n", "nowhere"),
        (FRONT + BODY + "[x](tune)\n", "itself"),
        (FRONT + BODY + "## Third\n\nText.\n", "3 and 2 sections"),
        (FRONT.replace("harmony", "sound") + BODY, "kind differs"),
        (FRONT + BODY + '```scale tonic="D" scale="dorian"\nD E F G A B C\n```\n', "examples"),
        (FRONT.replace("sources", 'catalogue: ["scale:nothing"]\nsources') + BODY, "no such entry"),
        (FRONT.replace("sources", "aliases: [song]\nsources") + BODY, "belongs to other, tune"),
    ],
)
def test_each_fault_is_found(tmp_path: Path, english: str, problem: str) -> None:
    write(tmp_path)
    write(tmp_path, "other", FRONT.replace("Tune", "Song") + BODY)
    (tmp_path / "tune.en.md").write_text(english, encoding="utf-8")
    assert any(problem in line for line in problems(tmp_path)), problems(tmp_path)


def test_faults_of_questions_are_found(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "other", FRONT.replace("Tune", "Song") + BODY)
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "tune.en.txt").write_text(f"{'x' * 141}\nhow to hum\nHow to hum?\n", encoding="utf-8")
    (folder / "other.en.txt").write_text("how to hum\n", encoding="utf-8")
    (folder / "gone.en.txt").write_text("where is it\n", encoding="utf-8")
    lines = "\n".join(problems(tmp_path))
    for fault in ("at most 140", "'How to hum?': twice", "'how to hum' (en): belongs to other, tune", "gone.en.txt"):
        assert fault in lines, lines


@pytest.mark.parametrize(
    ("kind", "attributes", "lines", "fault"),
    [
        (ExampleKind.SCALE, {"tonic": "D", "scale": "dorian"}, ["D E F G A Bb C"], "D dorian is D E F G A B C"),
        (ExampleKind.SCALE, {"tonic": "H", "scale": "dorian"}, ["D"], "tonic"),
        (ExampleKind.CHORDS, {"key": "C major"}, ["Dm7 G7 Cmaj7", "roman: ii7 V7 i7"], "not Cmaj7"),
        (ExampleKind.CHORDS, {"key": "C major"}, ["Dm7 H7"], "'H7'"),
        (ExampleKind.CHORDS, {"key": "C major"}, ["Dm7", "roman: ii7 V7"], "2 numerals for 1 chords"),
        (ExampleKind.CHORDS, {"key": "C nothing"}, ["Dm7"], "key"),
        (ExampleKind.NOTES, {"key": "C major", "meter": "4/4", "role": "bass"}, ["1,,8"], "holds 8 of 16"),
        (ExampleKind.NOTES, {"key": "C major", "meter": "4/4", "role": "bass"}, ["b3,,16"], "foreign"),
        (ExampleKind.NOTES, {"key": "C major", "meter": "4/4", "role": "bass"}, ["1''16"], "range"),
        (ExampleKind.NOTES, {"key": "C major", "meter": "4/4", "role": "kazoo"}, ["1:16"], "role"),
        (ExampleKind.NOTES, {"key": "C major", "meter": "4/5", "role": "bass"}, ["1:16"], "meter"),
        (ExampleKind.DRUMS, {"meter": "4/4"}, ["kick: X--- X---"], "8 steps instead of 16"),
        (ExampleKind.DRUMS, {"meter": "4/4"}, ["gong: X--- X--- X--- X---"], "pieces"),
        (
            ExampleKind.DRUMS,
            {"meter": "4/4"},
            ["kick: X---X---X---X---|X---X---X---X---", "rim: ----------------"],
            "rows",
        ),
        (ExampleKind.DRUMS, {"meter": "4/4", "bpm": "9"}, ["kick: X---X---X---X---"], "bpm"),
    ],
)
def test_wrong_music_is_found(kind: ExampleKind, attributes: dict[str, str], lines: list[str], fault: str) -> None:
    found = list(faults(Example(kind, attributes, tuple(lines)), Catalogue.load()))
    assert any(fault in line for line in found), found


@pytest.mark.parametrize(
    ("kind", "attributes", "lines"),
    [
        (ExampleKind.SCALE, {"tonic": "Eb", "scale": "dorian"}, ["Eb F Gb Ab Bb C Db Eb"]),
        (ExampleKind.CHORDS, {"key": "A minor"}, ["Am | Dm | E7 | %", "roman: i | iv | V7"]),
        (ExampleKind.NOTES, {"key": "C blues", "meter": "4/4", "role": "bass", "foreign": "6"}, ["1,,8 6,,,8 |"]),
        (ExampleKind.DRUMS, {"meter": "6/8"}, ["kick: X-- --- X-- ---", "snare: --- X-- --- Xgg"]),
    ],
)
def test_right_music_is_right(kind: ExampleKind, attributes: dict[str, str], lines: list[str]) -> None:
    assert not list(faults(Example(kind, attributes, tuple(lines)), Catalogue.load()))


def test_a_new_page_begins_in_both_languages_and_replaces_none(tmp_path: Path) -> None:
    assert new("slap-bass", "instrument", tmp_path) is ExitCode.OK
    library = Library.load(tmp_path)
    assert library.pages["slap-bass"]["fr"].kind == "instrument"
    assert not library.problems
    for slug, kind in (("slap-bass", "instrument"), ("../x", "role"), ("x", "poem")):
        with pytest.raises(UserError):
            new(slug, kind, tmp_path)


def test_a_change_of_a_folder_is_noticed(tmp_path: Path) -> None:
    before = fingerprint(tmp_path)
    write(tmp_path)
    after = fingerprint(tmp_path)
    assert before != after
    (tmp_path / "tune.en.md").unlink()
    assert fingerprint(tmp_path) != after
