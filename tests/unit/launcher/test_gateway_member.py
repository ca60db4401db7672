from pathlib import Path

from gateway.config import Limits, Quota
from gateway.methods import public_services
from launcher.gateway_process import gateway_settings
from launcher.settings import MeshSettings


def test_what_is_set_for_the_mesh_reaches_the_gateway(tmp_path: Path) -> None:
    mesh = MeshSettings.read(
        {
            "BOUMB_STATE_DIR": str(tmp_path),
            "BOUMB_GATEWAY_ADDRESS": "127.0.0.1:9",
            "BOUMB_ALLOWED_ORIGINS": "https://a.example, https://b.example",
            "BOUMB_GATEWAY_UNARY_S": "7",
            "BOUMB_GATEWAY_CALLS_BURST": "5",
            "BOUMB_MELODY_REPLICAS": "2",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317",
        }
    )
    gateway = gateway_settings(mesh, tmp_path)
    assert gateway.listener == "127.0.0.1:9"
    assert gateway.allowed_origins == ("https://a.example", "https://b.example")
    assert gateway.limits == Limits(unary_s=7, calls=Quota(burst=5, per_minute=Limits().calls.per_minute))
    assert gateway.upstreams == {service.name: mesh.addresses(service.name) for service in public_services()}
    assert len(gateway.upstreams["melody"]) == 2
    assert gateway.collector == "collector:4317"
