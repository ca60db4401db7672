"""The PHPUnit tests of the client and the bundle."""

from pathlib import Path

from launcher.settings import ROOT
from tests.e2e.php.php_host import PhpHost


def test_phpunit(host: PhpHost, app: Path) -> None:
    run = ("phpunit", "--no-configuration", "--do-not-cache-result", "--bootstrap", app / "vendor/autoload.php")
    assert "\nOK" in host.run(*run, ROOT / "clients/php/tests", cwd=app)
