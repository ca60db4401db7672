"""The report: one page that needs nothing else, readable in both themes, with the figures that it was given."""

import re

from boumbapp.journal.v2 import journal_service_pb2 as pb

from cli.journal_report import render

STATS = pb.StatsResponse(
    pieces=12,
    users=2,
    completed=11,
    bars=48,
    notes=300,
    corrections=5,
    rated=3,
    mean_stars=4.5,
    first_bar_ms=pb.Quantiles(p50=12.5, p90=20, p99=40),
    groups=[
        pb.Group(by="day", value="2026-11-27", pieces=4),
        pb.Group(by="day", value="2026-11-28", pieces=8),
        pb.Group(by="style", value="<script>alert(1)</script>", pieces=12, rated=3, mean_stars=4.5),
    ],
    counts=[pb.Count(kind="correction", name="out_of_key", count=5)],
    unanswered=["what is <b>swing</b>?"],
)


def test_it_holds_the_figures_and_no_reference_to_anything_outside() -> None:
    page = render(STATS)
    figures = dict(re.findall(r'data-figure="(\w+)">([^<]+)<', page))
    assert figures == {
        "pieces": "12",
        "users": "2",
        "completed": "11",
        "bars": "48",
        "notes": "300",
        "corrections": "5",
        "rated": "3",
        "mean_stars": "4.50",
    }
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", page)
    assert "prefers-color-scheme: dark" in page
    assert "out_of_key" in page
    assert "12.5 ms" in page


def test_what_people_wrote_is_text() -> None:
    page = render(STATS)
    assert "<script>" not in page
    assert "<b>swing" not in page
    assert "what is &lt;b&gt;swing&lt;/b&gt;?" in page


def test_an_empty_journal_has_a_report_too() -> None:
    assert "<svg" not in render(pb.StatsResponse())
