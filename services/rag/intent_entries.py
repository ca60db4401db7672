"""Which entries of the catalogue an intent holds because somebody asked for them."""

from collections.abc import Iterator

from boumbapp.music.v2.intent_pb2 import SOURCE_HINT, SOURCE_OVERRIDE, SOURCE_PROMPT, Intent
from boumbapp.music.v2.music_pb2 import ROLE_UNSPECIFIED

from music.roles import role_name

_ASKED = (SOURCE_OVERRIDE, SOURCE_PROMPT, SOURCE_HINT)


def entries_of(intent: Intent) -> Iterator[str]:
    """Entries as "style:house", the most particular first; what nobody asked for is left out."""
    asked = {each.slot for each in intent.evidence if each.source in _ASKED}
    if intent.style:
        yield f"style:{intent.style}"
    if intent.key.scale and "key.scale" in asked:
        yield f"scale:{intent.key.scale}"
    if intent.mood:
        yield f"mood:{intent.mood}"
    if intent.role != ROLE_UNSPECIFIED and "role" in asked:
        yield f"role:{role_name(intent.role)}"
