import os
from pathlib import Path

import pytest

from tests.e2e.browser.browser import missing_tools, stage


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    """What is missing is an error where everything is promised to be there, and a reason to skip elsewhere."""
    if missing := "; ".join(missing_tools()):
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def page_folder(_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the page and all generated TypeScript."""
    folder = tmp_path_factory.mktemp("page")
    stage(folder)
    return folder
