"""What to tell about a prompt besides its intent: words that nothing used, edits, texts about something else."""

from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS
from boumbapp.theory.v2.theory_service_pb2 import Question

from services.theory.notices import SAYS_REFINEMENT, VAGUE_PROMPT
from services.theory.notices.unused_words import nothing_understood, quoted, unused_words
from services.theory.prompt.parse.drum_words import says_feel
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt

# What makes a text a request for music, however open.
_REQUESTS = frozenset(
    "fais fait faire faites compose composer cree creer genere generer invente ecris joue jouer donne propose make "
    "create generate write play compose give need want music musique son sons sound song track loop boucle truc "
    "chose something anything morceau chanson instru prod air idea idee surprends surprise vibe ambiance project "
    "projet".split()
)
_MOST_SHOWN = 80  # characters


def prompt_notices(parsed: ParsedPrompt, intent: Intent, question: Question | None, locale: str) -> list[Notice]:
    """The notices of a prompt.

    Args:
        parsed: The parsed prompt.
        intent: Its intent.
        question: What to ask first where the prompt is vague; None elsewhere.
        locale: Language of the texts, "fr" or "en".
    """
    prompt = parsed.prompt
    words = [prompt.words(first, last) for first, last in parsed.leftovers]
    if intent.role == ROLE_DRUMS:
        words = [each for each in words if not says_feel(each)]
    edits = [prompt.words(edit.first, edit.last) for edit in parsed.refinements]
    notices = []
    if edits:
        notices.append(SAYS_REFINEMENT.notice(locale, what=quoted(edits, locale)))
    empty = _is_empty(intent) and not parsed.excluded and not edits and _is_text(parsed)
    if empty and (words or not _asks_for_music(parsed)):
        notices.append(nothing_understood([_shortened(prompt.original)], locale))
    elif words:
        unknown = {prompt.words(first, last) for first, last in parsed.unknown_names}
        notices.append(unused_words(words, unknown, locale))
    if question is not None:
        asked = f"{question.text} {', '.join(question.answers)}."
        notices.append(VAGUE_PROMPT.notice(locale, question=asked))
    return notices


def _is_empty(intent: Intent) -> bool:
    """Whether no word of the prompt is in the intent."""
    return not (
        any(evidence.words for evidence in intent.evidence)
        or intent.parts
        or intent.sections
        or intent.references
        or intent.drum_patterns
        or intent.half_time
        or intent.HasField("shape")
    )


def _is_text(parsed: ParsedPrompt) -> bool:
    return any(token.text[0].isalpha() for token in parsed.prompt.tokens)


def _asks_for_music(parsed: ParsedPrompt) -> bool:
    return any(token.text in _REQUESTS for token in parsed.prompt.tokens)


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _MOST_SHOWN else plain[:_MOST_SHOWN].rsplit(" ", 1)[0] + "…"
