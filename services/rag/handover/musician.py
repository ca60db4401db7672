"""Makes the bars that a question asks for. Theory says which key, scale and chords are meant, and checks every bar.

Nothing is composed here: a scale is run up and down, chords are voiced, an example is played as its page has it. Who
wants more sends `ChatMusic.prompt` to melody or drums. They ask rag themselves, so rag asks neither of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.intent_pb2 import SOURCE_PROMPT, Constraints, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, ROLE_DRUMS, ROLE_MELODY, Bar, Role
from boumbapp.rag.v2.rag_service_pb2 import ChatMusic
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, AnalyseResponse

from language.localized_text import LocalizedText
from music.pitch import PitchName, mask_of
from services.composition.theory_client import TheoryClient
from services.composition.tracks import part_name, track_of
from services.rag.handover.bars import chord_bars, scale_bars
from services.rag.handover.examples import example_bars, first_playable, numerals_of
from services.rag.pages.page import Page, PageKind
from services.rag.retrieval.words import fold

_ASKS = re.compile(
    r"\b(joue|jouer|jouez|montre|montrer|fais[ -](moi )?(ecouter|entendre)|ecouter|entendre|donne[ -]moi (un|une|des)|"
    r"play|show|let me hear|hear|listen|sounds? like|give me (a|an|some))\b"
)
_ABOUT_METHOD = re.compile(r"\b(comment (on |je )?(joue|jouer)|how (do|to|can|should)\b.{0,20}\bplay)\b")
_SCALE = re.compile(r"\b(gammes?|echelles?|modes?|scales?)\b")
_IN_KEY = LocalizedText("{what} in {key}", "{what} en {key}")
_SCALE_KINDS = (PageKind.SCALE, PageKind.MODE)
_FEWEST_BARS = 1


@dataclass(frozen=True, slots=True)
class _Piece:
    """Bars, and what they were made for."""

    bars: list[Bar]
    analysis: AnalyseResponse
    what: str
    slug: str
    is_example: bool = False


def asks_for_music(text: str) -> bool:
    """Whether a text asks to hear or see music: "montre-moi une gamme", "play me a II-V-I"."""
    folded = fold(text)
    return bool(_ASKS.search(folded)) and not _ABOUT_METHOD.search(folded)


class Musician:
    """Makes bars.

    Args:
        theory: Understands what is asked for, and checks what was made.
    """

    def __init__(self, theory: TheoryClient) -> None:
        self._theory = theory

    async def play(self, text: str, pages: Sequence[Page], locale: str) -> ChatMusic | None:
        """The bars that a question asks for; None where it names nothing that can be played without composing.

        Args:
            text: The question.
            pages: That were found for it, the best first.
            locale: Language of the title, "fr" or "en".

        Raises:
            ApiError: Theory is away.
            UpstreamError: Theory refuses the question.
        """
        asked = await self._analysed(text, locale, IntentOptions(role=ROLE_MELODY))
        said = {each.slot: each.words for each in asked.intent.evidence if each.source == SOURCE_PROMPT}
        slug = pages[0].slug if pages else ""
        key_said, scale_said = "key.tonic" in said, "key.scale" in said
        about_scale = bool(pages and pages[0].kind in _SCALE_KINDS)
        piece = None
        if asked.intent.progression and "progression" in said:
            piece = await self._chords(text, said["progression"], slug, locale, IntentOptions())
        elif about_scale or (key_said and _SCALE.search(fold(text))):
            piece = await self._scale(text, pages, asked, scale_said, locale)
        elif pages:
            piece = await self._example(text, pages[0], key_said, asked, locale)
        if piece is None and key_said:
            piece = await self._scale(text, pages, asked, scale_said, locale)
        return await self._told(piece, locale) if piece is not None else None

    async def _analysed(self, text: str, locale: str, overrides: IntentOptions) -> AnalyseResponse:
        return await self._theory.analyse(AnalyseRequest(prompt=text, overrides=overrides, locale=locale))

    async def _scale(
        self, text: str, pages: Sequence[Page], asked: AnalyseResponse, scale_said: bool, locale: str
    ) -> _Piece:
        """The scale that is asked for; that of the page where the words name none."""
        key = asked.intent.key
        entries = [entry for page in pages[:1] for entry in page.catalogue if entry.startswith("scale:")]
        slugs = [entry.removeprefix("scale:") for entry in entries]
        if slugs and key.scale not in slugs and not scale_said:
            key.scale = slugs[0]
            asked = await self._analysed(text, locale, IntentOptions(role=ROLE_MELODY, key=key))
        slug = pages[0].slug if pages and key.scale in slugs else ""
        title = pages[0].title if slug else key.scale.replace("_", " ")
        return _Piece(scale_bars(asked.constraints), asked, title, slug)

    async def _chords(self, text: str, what: str, slug: str, locale: str, options: IntentOptions) -> _Piece:
        options.role = ROLE_CHORDS
        analysis = await self._analysed(text, locale, options)
        count = max(len(analysis.intent.progression), _FEWEST_BARS)
        return _Piece(chord_bars(analysis.constraints, count), analysis, what, slug)

    async def _example(
        self, text: str, page: Page, key_said: bool, asked: AnalyseResponse, locale: str
    ) -> _Piece | None:
        """The first example of a page that can be played, in the key that is asked for."""
        example = first_playable(page, text)
        if example is None:
            return None
        key = asked.intent.key
        if numerals := numerals_of(example):
            options = IntentOptions(progression=" ".join(numerals))
            if not key_said:
                options.key_text = example.attributes["key"]
            return await self._chords(text, page.title, page.slug, locale, options)
        made = example_bars(example, key.tonic if key_said else "")
        if made is None:
            return None
        options = IntentOptions(role=made.role, meter=made.bars[0].meter)
        if made.key is not None:
            options.key.CopyFrom(made.key)
        analysis = await self._analysed(text, locale, options)
        return _Piece(made.bars, analysis, page.title, page.slug, is_example=True)

    async def _told(self, piece: _Piece, locale: str) -> ChatMusic:
        """Check the bars and say what they are."""
        intent, constraints = piece.analysis.intent, piece.analysis.constraints
        track = track_of(constraints.role, locale)
        async with self._theory.checking(_room_for(piece), locale) as check:
            for bar in piece.bars:
                track.bars.append((await check(bar)).bar)
        music = ChatMusic(track=track, bpm=intent.bpm, slug=piece.slug, title=piece.what)
        if constraints.role != ROLE_DRUMS:
            music.key.CopyFrom(intent.key)
            tonic = PitchName.parse(intent.key.tonic).localized(locale)
            music.title = _IN_KEY.format(locale, what=piece.what, key=tonic)
        music.prompt = _prompt(piece.what, intent, constraints.role, locale)
        return music


def _room_for(piece: _Piece) -> Constraints:
    """The constraints of a piece with the range that its bars have, and with the notes that an example wants."""
    constraints = Constraints()
    constraints.CopyFrom(piece.analysis.constraints)
    pitches = [note.pitch for bar in piece.bars for note in bar.notes]
    if pitches:
        constraints.lowest_pitch = min(constraints.lowest_pitch, *pitches)
        constraints.highest_pitch = max(constraints.highest_pitch, *pitches)
    if piece.is_example:
        for plan in constraints.plans:
            plan.pitch_classes |= mask_of([pitch % 12 for pitch in pitches])
    return constraints


def _prompt(what: str, intent: Intent, role: Role.ValueType, locale: str) -> str:
    """A prompt that melody or drums compose more of it from."""
    part = part_name(role).in_(locale)
    if role == ROLE_DRUMS:
        return f"{part} {what}"
    scale = intent.key.scale.replace("_", " ")
    return _IN_KEY.format(locale, what=f"{part}, {what}", key=f"{intent.key.tonic} {scale}")
