from pathlib import Path

import pytest

from tests.e2e.php.php_host import PhpHost, php_host
from tests.e2e.php.symfony_app import installed_app


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> PhpHost:
    return php_host(tmp_path_factory.mktemp("php"))


@pytest.fixture(scope="session")
def app(host: PhpHost, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample application, installed."""
    return installed_app(host, tmp_path_factory.mktemp("symfony"))
