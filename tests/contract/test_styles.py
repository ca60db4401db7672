"""The styles of theory, melody and drums: one set of slugs, and a guide that says how to add one."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH

from language.yaml_fields import DataFileError, YamlFields
from services.drums.styles.loader import DATA as GROOVES
from services.drums.styles.loader import load_styles
from services.melody.styles.style_idiom import STYLES_FILE, BassFigure, load_idioms
from services.theory.catalogue.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "adding-a-style.md"
WITHOUT_GROOVE = GROOVES / "without_groove.yaml"
PROMPTS = ROOT / "tests" / "unit" / "theory" / "prompts.jsonl"
CODE = ("services", "music", "language", "llm", "modelstore")
# Composes with a style in all three services, each from the data of the tree that it runs in.
COMPOSE = """
import json
from pathlib import Path
from boumbapp.music.v2.intent_pb2 import IntentOptions
from services.drums.engines.groove_engine import style_of
from services.drums.engines.brief import CompositionBrief as DrumsBrief
from services.melody.engines.rule_based import start_piece
from services.melody.next_note_models.backoff import folk_models
from services.melody.next_note_models.folk_weights import load
from services.composition.brief import CompositionBrief
from services.melody.styles.style_idiom import idiom_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand

catalogue = Catalogue.load()
intent = understand("une basse zydeco en Sol sur 4 mesures", IntentOptions(), "fr", catalogue)
constraints = constrain(intent, catalogue)
next_bar = start_piece(
    folk_models(load(Path("models/specialist-folk"))[0]),
    CompositionBrief(constraints=constraints, intent=intent, bars=intent.bars, seed=1),
)
bars = []
while len(bars) < intent.bars:
    bars.append(next_bar(bars))
groove = style_of(DrumsBrief(constraints=constraints, intent=intent, bars=4, seed=1))
print(json.dumps({
    "style": intent.style,
    "notes": [len(bar.notes) for bar in bars],
    "bass": idiom_of(intent.style).bass.value,
    "groove": groove.slug,
}))
"""


def slugs_without_groove() -> tuple[str, ...]:
    return YamlFields.of_file(WITHOUT_GROOVE).names()


def test_melody_says_of_every_style_how_it_is_played() -> None:
    assert load_idioms().styles.keys() == Catalogue.load().styles.keys()


def test_every_style_has_a_groove_or_a_reason_why_not() -> None:
    with_groove, without = set(load_styles()), set(slugs_without_groove())
    assert not with_groove & without
    assert with_groove | without == Catalogue.load().styles.keys()
    reasons = YamlFields.of_file(WITHOUT_GROOVE)
    assert all(reasons.string(slug) for slug in without)


def test_labelled_prompts_name_known_styles() -> None:
    labels = [json.loads(line)["expect"].get("style") for line in PROMPTS.read_text(encoding="utf-8").splitlines()]
    assert {label for label in labels if label} <= Catalogue.load().styles.keys()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("bass: walking", "bass: strolling", r"styles/styles\.yaml: styles\.bebop: bass: one of riff, walking"),
        ("machine: true", "machin: true", r"styles/styles\.yaml: styles\.acid: machin: no such field"),
        ("loop: true", "loop: 2", r"styles/styles\.yaml: styles\.acid: loop: true or false is needed"),
        ("default: {bass: riff, ", "default: {", r"styles/styles\.yaml: default: bass: a text is needed"),
        ("styles:\n", "style:\n", r"styles/styles\.yaml: style: no such field"),
    ],
)
def test_a_mistake_in_melodys_data_is_refused_by_file_and_key(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    text = STYLES_FILE.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "styles" / "styles.yaml"
    path.parent.mkdir()
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=message):
        load_idioms(path)


def test_adding_a_style_is_adding_the_data_that_the_guide_shows(tmp_path: Path) -> None:
    """The guide's own examples, put where it says, in a copy of the code and its data."""
    for folder in CODE:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "models").symlink_to(ROOT / "models")
    examples = re.findall(
        r"```yaml\n# (services/\S+\.yaml)[^\n]*\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(examples) == 3
    for name, text in examples:
        path = tmp_path / name
        grown = path.read_text(encoding="utf-8") + text if path.exists() else text
        path.write_text(grown, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        [sys.executable, "-c", COMPOSE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        timeout=100,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    composed = json.loads(result.stdout)
    assert composed["style"] == composed["groove"] == "zydeco"
    assert composed["bass"] == BassFigure.ALTERNATING.value
    assert all(composed["notes"])
    assert len(composed["notes"]) == 4


def test_grooves_are_written_in_triplets_where_theory_swings_eighths() -> None:
    styles = Catalogue.load().styles
    for slug, groove in load_styles().items():
        swings_eighths = styles[slug].swing > 0 and styles[slug].swing_unit == SWING_UNIT_EIGHTH
        assert groove.triplets == swings_eighths, slug
