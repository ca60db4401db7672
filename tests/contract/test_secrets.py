"""No secret is in the repository: keys and tokens are made where they are used."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"),
    "a token": re.compile(rb"eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}"),
    "a key of a cloud": re.compile(rb"\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{35}\b"),
    "a token of a forge": re.compile(rb"\b(gh[opsu]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b"),
    "a key of a model's provider": re.compile(rb"\bsk-[A-Za-z0-9-]{32,}\b"),
}
EXAMPLES = (
    b"-----BEGIN RSA PRIVATE KEY-----\n" + b"A" * 64,
    b".".join((b"eyJ" + b"a" * 30, b"eyJ" + b"b" * 30, b"c" * 60)),
    b"AKIA" + b"A" * 16,
    b"ghp_" + b"a" * 36,
    b"sk-" + b"a" * 40,
)


def found(content: bytes) -> list[str]:
    return [name for name, pattern in SECRETS.items() if pattern.search(content)]


def test_no_tracked_file_holds_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    assert len(paths) > 1000
    contents = {path.relative_to(ROOT): path.read_bytes() for path in paths if path.is_file()}
    assert not {str(path): kinds for path, content in contents.items() if (kinds := found(content))}


def test_each_kind_of_secret_would_be_found() -> None:
    assert [found(example) for example in EXAMPLES] == [[name] for name in SECRETS]
