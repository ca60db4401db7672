"""What a service knows of its music that the engine does not: questions for a model, and music from its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

from boumbapp.music.v2.music_pb2 import Bar, Role

from llm.ask import Ask
from llm.capability import Capability
from services.composition.engine import BriefT, DraftT, DraftT_co
from services.composition.language_model.song_plan import SongPlan


class BarReader(Protocol[DraftT_co]):
    """Reads one bar as it is written."""

    def take(self, piece: str) -> bool:
        """Read on. True when the bar is full, whatever else would come. Raises ValueError for what is no music."""

    def draft(self) -> DraftT_co:
        """The bar, made whole. Raises ValueError when there is nothing in it."""


@dataclass(frozen=True, slots=True)
class BarTask(Generic[DraftT]):
    """A bar that a model is asked for.

    Attributes:
        ask: The question.
        reader: Of the answer.
    """

    ask: Ask
    reader: BarReader[DraftT]


class BarWriter(Protocol[BriefT, DraftT]):
    """Asks for bars of one kind of music, and reads them."""

    @property
    def roles(self) -> Sequence[Role.ValueType]:
        """Parts that it writes."""

    def tokens(self, brief: BriefT) -> tuple[int, int]:
        """About how many tokens a bar has, written freely and coloured."""

    def free(self, brief: BriefT, before: Sequence[Bar], model: Capability) -> BarTask[DraftT]:
        """Ask for a whole bar.

        Args:
            brief: What is composed.
            before: The bars before, in order.
            model: Who is asked.
        """

    def colouring(
        self, brief: BriefT, before: Sequence[Bar], given: DraftT, model: Capability
    ) -> BarTask[DraftT] | None:
        """Ask for what gives a rhythm its colour; None where the bar has nothing to colour.

        Args:
            brief: What is composed.
            before: The bars before, in order.
            given: The bar of the specialist, which has the rhythm.
            model: Who is asked.
        """

    def plan(self, brief: BriefT, model: Capability) -> tuple[Ask, Sequence[str]]:
        """Ask for a plan of the piece; the styles that there are to choose from.

        Args:
            brief: What is composed.
            model: Who is asked.
        """

    def planned(self, brief: BriefT, plan: SongPlan, index: int) -> BriefT:
        """The brief of one bar as a plan has it.

        Args:
            brief: What is composed.
            plan: Of the piece.
            index: Of the bar.
        """
