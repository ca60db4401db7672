"""What the chat says in its own words: that there is no page, and what to ask next."""

from collections.abc import Sequence

from language.localized_text import LocalizedText

_REFUSED = LocalizedText(
    "There is no page about that here; this chat knows music and this product.",
    "Il n'y a pas de page là-dessus ici ; cette conversation porte sur la musique et sur ce produit.",
)
_NEAR = LocalizedText("You can ask about: {titles}.", "Vous pouvez demander : {titles}.")
_HERE = LocalizedText("Here it is: {title}.", "Voici : {title}.")
_RELATED = LocalizedText("Read on: {titles}.", "À lire ensuite : {titles}.")


def refused(titles: Sequence[str], locale: str) -> list[str]:
    """What to say to who asks about something else.

    Args:
        titles: Of pages to offer instead.
        locale: "fr" or "en".
    """
    said = [_REFUSED.in_(locale)]
    if titles:
        said.append(_NEAR.format(locale, titles=", ".join(titles)))
    return said


def related(titles: Sequence[str], locale: str) -> str:
    """What ends an answer.

    Args:
        titles: Of pages to read next, one or more.
        locale: "fr" or "en".
    """
    return _RELATED.format(locale, titles=", ".join(titles))


def here(title: str, locale: str) -> str:
    """What comes before music that no page is about.

    Args:
        title: Of the music.
        locale: "fr" or "en".
    """
    return _HERE.format(locale, title=title)
