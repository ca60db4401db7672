from pathlib import Path

import pytest
from boumbapp.theory.v2.theory_service_pb2 import FileFormat
from hypothesis import given
from hypothesis import strategies as st

from cli.files import default_path, format_of, unused


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Fais une basse funky en Sol mineur", "fais-une-basse-funky-en-sol-mineur.mid"),
        ("Mélodie d'été, façon « bossa » !", "melodie-d-ete-facon-bossa.mid"),
        ("🎸", "boumb.mid"),
        ("../../etc/passwd", "etc-passwd.mid"),
        ("日本", "boumb.mid"),
    ],
)
def test_a_file_is_named_after_its_prompt(prompt: str, name: str) -> None:
    assert default_path(prompt, Path("/music")) == Path("/music") / name


@given(st.text())
def test_no_prompt_leads_out_of_the_folder_or_to_a_name_that_is_too_long(prompt: str) -> None:
    path = default_path(prompt, Path("/music"))
    assert path.parent == Path("/music")
    assert 5 <= len(path.name.encode()) <= 64
    assert not path.name.startswith((".", "-"))


def test_what_exists_is_never_the_answer(tmp_path: Path) -> None:
    wanted = tmp_path / "bass.mid"
    assert unused(wanted) == wanted
    wanted.touch()
    (tmp_path / "bass-2.mid").touch()
    assert unused(wanted) == tmp_path / "bass-3.mid"


def test_the_name_tells_the_format() -> None:
    assert format_of(Path("a.mid")) == format_of(Path("a")) == FileFormat.FILE_FORMAT_MIDI
    assert format_of(Path("a.MusicXML")) == format_of(Path("a.xml")) == FileFormat.FILE_FORMAT_MUSICXML
