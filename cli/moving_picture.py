"""An animation of a terminal as SVG: frames of text that take turns, without scripts, so that any page may show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.terminal_theme import TerminalTheme

_CELL, _LINE, _SIZE, _MARGIN, _BAR = 8.4, 18, 14, 14, 26
_THEME = TerminalTheme(
    (17, 20, 28),
    (214, 219, 228),
    [(40, 44, 52), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194),
     (214, 219, 228)],
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What the terminal shows for a while.

    Attributes:
        lines: Rows of segments, as `rich` renders them.
        seconds: For how long.
    """

    lines: Sequence[Sequence[Segment]]
    seconds: float


def frame_of(console: Console, renderable: object, seconds: float) -> Frame:
    """A frame of anything that `rich` draws.

    Args:
        console: Of the wanted width.
        renderable: What is drawn.
        seconds: For how long it is shown.
    """
    return Frame(console.render_lines(renderable, pad=False), seconds)  # type: ignore[arg-type]  # whatever rich draws


def moving_picture(frames: Sequence[Frame], columns: int, title: str) -> str:
    """The animation.

    Args:
        frames: In turn.
        columns: Width of the terminal.
        title: In its bar.
    """
    rows = max(len(frame.lines) for frame in frames)
    width, height = columns * _CELL + 2 * _MARGIN, rows * _LINE + 2 * _MARGIN + _BAR
    whole = sum(frame.seconds for frame in frames)
    rules, groups, start = [], [], 0.0
    for number, frame in enumerate(frames):
        first, last = 100 * start / whole, 100 * (start + frame.seconds) / whole
        start += frame.seconds
        shown = [f"{first:.3f}%{{opacity:1}}", f"{last:.3f}%{{opacity:0}}"]
        hidden = ["0%{opacity:0}"] if first else []
        rules.append(f"@keyframes f{number}{{{''.join(hidden + shown)}100%{{opacity:{int(last >= 100)}}}}}")
        rules.append(f".f{number}{{opacity:0;animation:f{number} {whole:.2f}s step-end infinite}}")
        groups.append(f'<g class="f{number}">{"".join(_rows(frame))}</g>')
    rules.append(
        f"@media (prefers-reduced-motion:reduce){{g{{animation:none!important}}.f{len(frames) - 1}{{opacity:1}}}}"
    )
    style = f"text{{font:{_SIZE}px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}}"
    dots = "".join(
        f'<circle cx="{18 + 18 * i}" cy="14" r="5" fill="{c}"/>'
        for i, c in enumerate(("#e06c75", "#e5c07b", "#98c379"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">'
        f"<title>{escape(title)}</title><style>{style}{''.join(rules)}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="{_hex(_THEME.background_color)}"/>{dots}'
        f'<text x="50%" y="19" text-anchor="middle" fill="#8b93a3">{escape(title)}</text>'
        f'<g transform="translate({_MARGIN},{_MARGIN + _BAR})">{"".join(groups)}</g></svg>\n'
    )


def _rows(frame: Frame) -> Iterable[str]:
    for number, line in enumerate(frame.lines):
        y, column, spans = number * _LINE + _SIZE, 0, []
        for segment in line:
            text = segment.text.rstrip("\n")
            if not text:
                continue
            x, style = column * _CELL, segment.style
            column += segment.cell_length
            fill, back = _colours(segment)
            if back:
                length = segment.cell_length * _CELL
                yield f'<rect x="{x:.1f}" y="{y - _SIZE + 1}" width="{length:.1f}" height="{_LINE}" fill="{back}"/>'
            if text.strip():
                weight = ' font-weight="bold"' if style and style.bold else ""
                faint = ' opacity=".55"' if style and style.dim else ""
                spans.append(f'<tspan x="{x:.1f}" fill="{fill}"{weight}{faint}>{escape(text)}</tspan>')
        if spans:
            yield f'<text y="{y}">{"".join(spans)}</text>'


def _colours(segment: Segment) -> tuple[str, str]:
    """Colours of the text and, where it has one, of what is behind it."""
    style = segment.style
    fill = _colour(style.color if style else None) or _hex(_THEME.foreground_color)
    back = _colour(style.bgcolor if style else None)
    if style and style.reverse:
        return _hex(_THEME.background_color), fill
    return fill, back


def _colour(colour: Color | None) -> str:
    return "" if colour is None or colour.is_default else _hex(colour.get_truecolor(_THEME))


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(tuple(colour)).hex()
