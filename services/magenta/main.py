"""Starts the magenta service: `python -m services.magenta.main`, with the interpreter of .venv-magenta."""

from __future__ import annotations  # the continuer imports TensorFlow

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from boumbapp.magenta.v2.magenta_service_pb2 import DESCRIPTOR
from boumbapp.magenta.v2.magenta_service_pb2_grpc import add_MagentaServiceServicer_to_server

from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.magenta.config import MagentaSettings
from services.magenta.servicer import MagentaServicer

if TYPE_CHECKING:
    from services.magenta.continuer import Continuer


def load(settings: MagentaSettings) -> Continuer:
    """Load TensorFlow, which takes seconds, and with it every model."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf  # noqa: PLC0415 - the server answers health checks before

    tf.get_logger().setLevel(logging.ERROR)  # it warns that there are several networks
    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from services.magenta.continuer import Continuer  # noqa: PLC0415 - likewise
    from services.magenta.models import load_models  # noqa: PLC0415 - likewise

    # TensorFlow spreads a call over cores by itself; calls take turns.
    executor = ThreadPoolExecutor(1, thread_name_prefix="network")
    return Continuer(load_models(settings.folders), executor, settings.batch)


def mount(settings: MagentaSettings) -> ServiceDefinition:
    """The magenta servicer, ready to be put on a server."""
    servicer = MagentaServicer(partial(load, settings))
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["MagentaService"],
        add=partial(add_MagentaServiceServicer_to_server, servicer),
        warm=servicer.warm,
    )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = MagentaSettings.read(Environment())
    await serve(settings.server, [mount(settings)])


if __name__ == "__main__":
    asyncio.run(main())
