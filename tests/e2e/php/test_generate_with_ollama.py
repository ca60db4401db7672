"""The whole way of a prompt: Symfony, the gateway, melody, a language model of Ollama, and back as notes."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.php.php_host import PhpHost, web_server
from tests.e2e.php.symfony_app import Browser, variables
from tests.e2e.real_mesh import running_real_mesh
from tests.real_ollama import OWN, real_ollama

pytestmark = pytest.mark.timeout(180)
ORDER = {"prompt": "Fais une basse funky en Sol mineur", "bars": 2, "seed": 7}


@pytest.mark.parametrize("with_ollama", [True, False])
async def test_a_language_model_writes_where_one_runs_and_the_expert_chooses_elsewhere(
    host: PhpHost, app: Path, tmp_path: Path, with_ollama: bool
) -> None:
    def ask(address: str) -> dict[str, object]:
        certificates = tmp_path / "state/certificates"
        settings = variables(
            tmp_path / "var", tmp_path / "state/keys", certificates, address, BOUMB_DEFAULT_ENGINE="ollama"
        )
        with web_server(host, app, tmp_path / "run", settings, workers=1) as server:
            status, _, piece = Browser(server).post("/api/generate", ORDER)
        assert status == 200, piece
        return dict(piece)

    async def composed(**mesh_variables: str) -> dict[str, object]:
        mesh_variables |= {"BOUMB_GATEWAY_INTERNAL_ADDRESS": "127.0.0.1:0"}
        async with running_real_mesh(tmp_path / "state", ["theory", "melody"], **mesh_variables) as mesh:
            return await asyncio.to_thread(ask, mesh.internal)

    if not with_ollama:
        piece = await composed(BOUMB_OLLAMA_ADDRESS="off")
        assert piece["engine"] == "specialist"
    else:
        with real_ollama(tmp_path / "ollama", OWN) as model:
            piece = await composed(BOUMB_OLLAMA_ADDRESS=model.address)
        assert piece["engine"] == "ollama"
    assert piece["key"] == {"tonic": "G", "scale": "minor"}
    assert piece["notes"]
