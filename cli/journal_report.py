"""The report: figures of the journal as one page that needs nothing else, in light and in dark."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from boumbapp.journal.v2.journal_service_pb2 import Group, StatsResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cli.messages import texts as languages
from language.localized_text import LocalizedText

_FOLDER = Path(__file__).parent
_TEMPLATE = "journal_report.html.j2"
_MOST_ROWS = 20
_DAYS_WIDTH, _DAYS_HEIGHT = 900.0, 110.0
_MOST_STARS = 5
_WORDS: Mapping[str, LocalizedText] = MappingProxyType(
    {
        "title": LocalizedText("The journal", "Le journal"),
        "made": LocalizedText("Made on {at} UTC.", "Établi le {at} UTC."),
        "days": LocalizedText("Pieces by day", "Morceaux par jour"),
        "none": LocalizedText("None.", "Aucun."),
        "unanswered": LocalizedText("Questions without an answer", "Questions sans réponse"),
        "pieces": LocalizedText("pieces", "morceaux"),
        "users": LocalizedText("users", "utilisateurs"),
        "completed": LocalizedText("complete", "complets"),
        "bars": LocalizedText("bars", "mesures"),
        "notes": LocalizedText("notes and hits", "notes et coups"),
        "corrections": LocalizedText("corrections", "corrections"),
        "rated": LocalizedText("rated", "notés"),
        "mean_stars": LocalizedText("stars on average", "étoiles en moyenne"),
        "usage_style": LocalizedText("Pieces by style", "Morceaux par style"),
        "usage_service": LocalizedText("Pieces by expert", "Morceaux par expert"),
        "usage_outcome": LocalizedText("How they ended", "Comment ils se sont terminés"),
        "stars_style": LocalizedText("Ratings by style", "Notes par style"),
        "stars_engine": LocalizedText("Ratings by engine", "Notes par moteur"),
        "stars_model": LocalizedText("Ratings by model", "Notes par modèle"),
        "first_bar": LocalizedText("Time to the first bar", "Délai de la première mesure"),
        "bar": LocalizedText("Time of each further bar", "Délai de chaque mesure suivante"),
        "correction": LocalizedText("Corrections by reason", "Corrections par raison"),
        "notice": LocalizedText("Notices and fall-backs", "Avis et replis"),
        "failure": LocalizedText("Failures", "Échecs"),
        "unused_word": LocalizedText("Words that nothing used", "Mots que rien n'a utilisés"),
        "signal": LocalizedText("What became of pieces", "Ce que sont devenus les morceaux"),
    }
)
_TILES = ("pieces", "users", "completed", "bars", "notes", "corrections", "rated")


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    share: float  # of the width, in percent
    text: str


def render(stats: StatsResponse) -> str:
    """The page, in the language of the terminal."""
    locale = languages.choose().locale
    words = {name: text.in_(locale) for name, text in _WORDS.items()}
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    tiles = [{"name": name, "value": getattr(stats, name), "label": words[name]} for name in _TILES]
    tiles.append({"name": "mean_stars", "value": f"{stats.mean_stars:.2f}", "label": words["mean_stars"]})
    return environment.get_template(_TEMPLATE).render(
        locale=locale,
        title=words["title"],
        made=words["made"].format(at=time.strftime("%Y-%m-%d %H:%M", time.gmtime())),
        words=words,
        tiles=tiles,
        days=_days([group for group in stats.groups if group.by == "day"]),
        sections=list(_sections(stats, words)),
        unanswered=list(stats.unanswered),
    )


def _days(groups: Sequence[Group]) -> Mapping[str, Any] | None:
    if not groups:
        return None
    most = max(group.pieces for group in groups)
    step = _DAYS_WIDTH / len(groups)
    bars = [
        {
            "x": round(place * step, 2),
            "width": round(min(step * 0.85, 60), 2),
            "height": round(group.pieces / most * _DAYS_HEIGHT, 2),
            "value": group.value,
            "pieces": group.pieces,
        }
        for place, group in enumerate(groups)
    ]
    return {"width": _DAYS_WIDTH, "bars": bars, "first": groups[0].value, "last": groups[-1].value}


def _sections(stats: StatsResponse, words: Mapping[str, str]) -> Iterable[Mapping[str, Any]]:
    def section(name: str, rows: list[_Row], tone: str = "") -> Mapping[str, Any]:
        return {"name": name, "title": words[name], "rows": rows[:_MOST_ROWS], "tone": tone}

    for by in ("style", "service", "outcome"):
        yield section(f"usage_{by}", _counted((each.value, each.pieces) for each in stats.groups if each.by == by))
    for by in ("style", "engine", "model"):
        rated = [each for each in stats.groups if each.by == by and each.rated]
        rows = [
            _Row(each.value, each.mean_stars / _MOST_STARS * 100, f"{each.mean_stars:.2f} ★ · {each.rated}")
            for each in sorted(rated, key=lambda each: -each.mean_stars)
        ]
        yield section(f"stars_{by}", rows, "good")
    for name, quantiles in (("first_bar", stats.first_bar_ms), ("bar", stats.bar_ms)):
        times = [(each, getattr(quantiles, each)) for each in ("p50", "p90", "p99")]
        most = max(time for _, time in times)
        yield section(name, [_Row(each, time / most * 100, f"{time:.1f} ms") for each, time in times] if most else [])
    for kind, tone in (
        ("correction", "bad"),
        ("notice", "bad"),
        ("failure", "bad"),
        ("unused_word", ""),
        ("signal", ""),
    ):
        yield section(kind, _counted((each.name, each.count) for each in stats.counts if each.kind == kind), tone)


def _counted(values: Iterable[tuple[str, int]]) -> list[_Row]:
    known = list(values)
    most = max((count for _, count in known), default=1)
    return [_Row(value, count / most * 100, str(count)) for value, count in known]
