/** Above the lanes: form, bar numbers and chords. Bars are chosen here to play round, regenerate, lock or empty. */
import { Fragment, useRef, type PointerEvent } from "react";

import { useText } from "../app/hooks";
import { chordText } from "../music/names";
import { barAt, type Timeline } from "../music/time";
import { seekBar } from "../session/playing";
import { planOf, sectionsOf, type Piece } from "../store/project";
import { get, set, useStudio } from "../store/store";
import type { TextKey } from "../i18n/translate";

const KINDS: ReadonlySet<string> = new Set(["intro", "verse", "pre_chorus", "chorus", "post_chorus", "bridge", "break", "build", "drop", "solo", "interlude", "outro", "section"]);

interface Props {
  readonly piece: Piece;
  readonly timeline: Timeline;
  readonly scale: number;
  readonly width: number;
}

/** The ruler of the stage. */
export function Ruler({ piece, timeline, scale, width }: Props) {
  const t = useText();
  const span = useStudio((state) => state.span);
  const lockedBars = useStudio((state) => state.project.lockedBars);
  const from = useRef<number | null>(null);
  const sections = sectionsOf(piece);
  const x = (bar: number): number => (timeline.starts[bar] ?? timeline.end) * scale;

  const barOf = (event: PointerEvent<HTMLDivElement>): number => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return barAt(timeline, left / scale);
  };
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    const bar = barOf(event);
    from.current = bar;
    seekBar(bar);
    if (event.pointerType === "mouse") event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (from.current === null || event.pointerType === "touch") return;
    const bar = barOf(event);
    if (bar === from.current && !get().span) return;
    set({ span: { first: Math.min(from.current, bar), last: Math.max(from.current, bar) } });
  };
  const up = (): void => {
    from.current = null;
  };
  return (
    <div className="ruler" style={{ width }} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} aria-hidden="true">
      {span && <div className="span" style={{ left: x(span.first), width: x(span.last + 1) - x(span.first) }} />}
      {sections.map(({ bar, bars, kind, letter }) => (
        <span className="section" key={bar} style={{ left: x(bar), width: x(Math.min(bar + bars, piece.length)) - x(bar) }}>
          {KINDS.has(kind) ? t(`section_${kind}` as TextKey) : kind} {letter}
        </span>
      ))}
      {timeline.starts.map((start, bar) => {
        const chords = planOf(piece, bar)?.chords ?? [];
        const barWidth = x(bar + 1) - x(bar);
        return (
          <Fragment key={start}>
            <span className={`bar-number${lockedBars.includes(bar) ? " locked" : ""}`} style={{ left: x(bar), maxWidth: barWidth }}>
              {bar + 1}
            </span>
            {chords.map((chord) => (
              <span className="chord" key={chord.startStep} style={{ left: x(bar) + chord.startStep * 120 * scale + (chord.startStep ? 0 : 24), maxWidth: (chord.durationSteps ? chord.durationSteps * 120 * scale : barWidth) - 28 }} title={chord.numeral}>
                {barWidth > 52 ? chordText(chord.symbol) : ""}
              </span>
            ))}
          </Fragment>
        );
      })}
    </div>
  );
}
