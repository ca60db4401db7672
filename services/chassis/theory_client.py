"""Theory as composing services see it: calls with deadlines, failures in the product's own terms."""

from boumbapp.music.v1.intent_pb2 import Constraints, IntentOptions
from boumbapp.music.v1.music_pb2 import Bar
from boumbapp.theory.v1 import theory_service_pb2 as pb
from boumbapp.theory.v1.theory_service_pb2_grpc import TheoryServiceStub
from grpc.aio import Channel

from services.chassis.channel import outgoing
from services.chassis.faults import dependency

# Both calls take about a millisecond; these bounds only catch a theory that hangs.
_ANALYSE_S = 2.0
_VALIDATE_S = 1.0


class TheoryClient:
    """Calls theory on behalf of the request being handled.

    Args:
        channel: An open channel to theory; the caller closes it.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = TheoryServiceStub(channel)

    async def analyse(self, prompt: str, options: IntentOptions, locale: str) -> pb.AnalyseResponse:
        """Understand a prompt. Raises Fault or Relayed."""
        request = pb.AnalyseRequest(prompt=prompt, options=options, locale=locale)
        with dependency("theory"):
            return await self._stub.Analyse(request, **outgoing(_ANALYSE_S))

    async def validate(self, constraints: Constraints, bar: Bar, locale: str) -> pb.ValidatedBar:
        """Correct a bar. Raises Fault or Relayed."""
        request = pb.ValidateRequest(constraints=_for_bar(constraints, bar.index), bars=[bar], locale=locale)
        with dependency("theory"):
            response = await self._stub.Validate(request, **outgoing(_VALIDATE_S))
        return response.results[0]


def _for_bar(constraints: Constraints, index: int) -> Constraints:
    """Constraints with the plan of one bar alone: the plans are most of the message, and theory looks at that one."""
    trimmed = Constraints()
    trimmed.CopyFrom(constraints)
    if constraints.plans:
        del trimmed.plans[:]
        trimmed.plans.append(constraints.plans[index % len(constraints.plans)])
    return trimmed
