from pathlib import Path

import pytest

from tests.e2e.browser.browser import check_types


def test_the_page_and_all_generated_typescript_have_sound_types(page_folder: Path) -> None:
    check_types(page_folder)


def test_a_misuse_of_the_contract_is_found(page_folder: Path) -> None:
    misuse = page_folder / "gen" / "misuse.ts"
    misuse.write_text(
        'import type { Bar } from "./boumbapp/music/v2/music_pb.js";\nexport const bar: Bar = { index: "0" };\n'
    )
    try:
        with pytest.raises(AssertionError, match=r"misuse\.ts"):
            check_types(page_folder)
    finally:
        misuse.unlink()
