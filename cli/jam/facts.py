"""What is known about a jam, in words."""

import contextlib

import grpc.aio
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS
from boumbapp.theory.v2.theory_service_pb2 import CatalogueKind

from cli.jam.studio import Studio
from cli.messages.texts import Texts
from cli.render.understood import key_text, label_text
from cli.render.view import Names


async def names_of(studio: Studio, locale: str) -> Names:
    """Names of scales and styles; none where they cannot be had, and slugs do.

    Args:
        studio: Client of the gateway.
        locale: Language, "en" or "fr".
    """
    with contextlib.suppress(grpc.aio.AioRpcError):
        kinds = (CatalogueKind.CATALOGUE_KIND_SCALE, CatalogueKind.CATALOGUE_KIND_STYLE)
        return Names(*[await studio.labels(kind, locale) for kind in kinds])
    return Names()


def facts(intent: Intent, names: Names, texts: Texts) -> str:
    """Key, style and metre.

    Args:
        intent: What the music was understood as.
        names: Labels of the catalogue.
        texts: In the language of the caller.
    """
    key = key_text(intent.key, names, texts) if intent.key.tonic and intent.role != ROLE_DRUMS else ""
    style = label_text(intent.style, names.styles) if intent.style else ""
    meter = f"{intent.meter.beats}/{intent.meter.beat_unit}" if intent.meter.beats else ""
    return " · ".join(filter(None, (key, style, meter)))
