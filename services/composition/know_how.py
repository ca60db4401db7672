"""The pages of know-how that a prompt is about, as the rag expert finds them: optional, and never waited for long.

Where rag does not run, answers late or fails, there is no know-how and everything else is as always.
"""

from dataclasses import dataclass

from boumbapp.music.v2.events_pb2 import KnowHow
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.rag.v2.rag_service_pb2 import RetrieveRequest
from boumbapp.rag.v2.rag_service_pb2_grpc import RagServiceStub
from grpc.aio import AioRpcError, Channel

from services.chassis.client.channel import outgoing
from services.composition.circuit_breaker import CircuitBreaker

_BUDGET_S = 0.005
_PAGES, _TOKENS = 3, 200


@dataclass(frozen=True, slots=True)
class FoundKnowHow:
    """What rag found.

    Attributes:
        pages: What `Started` names, the best first.
        text: Passages for the prompt of a language model; empty for none.
    """

    pages: tuple[KnowHow, ...] = ()
    text: str = ""


NOTHING = FoundKnowHow()


class KnowHowClient:
    """Asks rag on behalf of the request being handled.

    Args:
        channel: An open channel to rag, which the caller closes; None where rag does not run.
    """

    def __init__(self, channel: Channel | None) -> None:
        self._stub = RagServiceStub(channel) if channel is not None else None
        self._breaker = CircuitBreaker()

    async def find(self, prompt: str, intent: Intent, locale: str) -> FoundKnowHow:
        """What there is to know for a prompt; nothing where rag does not answer within 5 ms.

        Args:
            prompt: As the person wrote it; may be empty.
            intent: As theory understood it.
            locale: Language of the passages, "fr" or "en".
        """
        if self._stub is None or not self._breaker.admit():
            return NOTHING
        request = RetrieveRequest(query=prompt, intent=intent, max_pages=_PAGES, max_tokens=_TOKENS, locale=locale)
        settled = False
        try:
            response = await self._stub.Retrieve(request, **outgoing(_BUDGET_S))
            self._breaker.succeed()
            settled = True
        except AioRpcError:
            self._breaker.fail()
            settled = True
            return NOTHING
        finally:
            if not settled:
                self._breaker.give_up()
        pages = tuple(
            KnowHow(slug=page.topic.slug, title=page.topic.title, evidence=page.matches[0].evidence)
            for page in response.pages
        )
        text = " ".join(passage.text for page in response.pages for passage in page.passages)
        return FoundKnowHow(pages, text)
