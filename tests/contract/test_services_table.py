"""The README's table of services says what their manifests say, of all of them and of no others."""

import re
from pathlib import Path

from services.chassis.service_manifest import manifests

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| \[(\w+)\]\(services/(\w+)/README\.md\) \| (.*) \|$", re.MULTILINE)
# It lies beside the services, and is none.
_BESIDE = {"chassis"}


def differences(root: Path) -> list[str]:
    """Rows that the README of a repository should have and does not, or has and should not."""
    rows = {
        name: text for name, folder, text in _ROW.findall((root / "README.md").read_text("utf-8")) if name == folder
    }
    wanted = {name: manifest.summary for name, manifest in manifests(root).items()}
    missing = [f"| [{n}](services/{n}/README.md) | {text} |" for n, text in wanted.items() if rows.get(n) != text]
    return missing + sorted(rows.keys() - wanted.keys() - _BESIDE)


def test_the_table_is_in_step_with_the_manifests() -> None:
    assert differences(ROOT) == []


def test_a_row_that_is_missing_or_too_many_would_be_noticed(tmp_path: Path) -> None:
    """The check above can fail."""
    readme = (ROOT / "README.md").read_text("utf-8")
    (tmp_path / "services").symlink_to(ROOT / "services")
    row = next(line for line in readme.splitlines() if line.startswith("| [drums]"))
    (tmp_path / "README.md").write_text(readme.replace(row, "| [kazoo](services/kazoo/README.md) | hums |"))
    assert differences(tmp_path) == [row, "kazoo"]
