/** What sounds: the ruler and a lane for each part, in one place that scrolls, with one playhead. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { useNarrow, useSize, useText } from "../app/hooks";
import { Role } from "../contract";
import { barTicks, timelineOf } from "../music/time";
import { sectionsOf, sounds, type Part, type Piece } from "../store/project";
import { get, set, useStudio } from "../store/store";
import { Lane } from "./lane";
import { LaneHead } from "./lane-head";
import { Playhead } from "./playhead";
import { Ruler } from "./ruler";
import { shapesOf, type Shape } from "./shapes";
import { TILE } from "./tile";

const RULER = 52;
const RULER_PLAIN = 32; // where no sections are named
const GAP = 8;
const HEAD = 148;
const MARGIN = 18; // left of the heads
const HEAD_ROW = 46; // where heads stand above their lanes
const LEAST = 98;
const MOST_ACROSS = 128;
const LEAST_NARROW = 96;

/** How much of the height each lane takes: more rows, more height. */
function weight(part: Part): number {
  if (part.role === Role.DRUMS) return 1.15;
  return part.role === Role.MELODY ? 1.15 : 1;
}

/** The stage. */
export function Stage({ piece }: { readonly piece: Piece }) {
  const t = useText();
  const narrow = useNarrow();
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(frame);
  const across = useStudio((state) => state.across);
  const draft = useStudio((state) => state.draft);
  const opened = useStudio((state) => state.opened);
  const project = useStudio((state) => state.project);
  const [tiles, setTiles] = useState<readonly [number, number]>([0, 3]);

  const head = narrow ? 0 : HEAD;
  const room = Math.max(width - head - (narrow ? 0 : MARGIN), 1);
  const bars = useMemo(() => piece.parts.map((part) => part.bars), [piece.parts]);
  const timeline = useMemo(() => timelineOf(bars, piece.length, piece.intent?.meter), [bars, piece.length, piece.intent?.meter]);
  const fitting = Math.min(narrow ? Math.min(across, 4) : across, Math.max(piece.length, 1));
  const scale = room / (fitting * barTicks(timeline.meters[0]));
  const content = Math.max(Math.ceil(timeline.end * scale), 1);

  const ruler = sectionsOf(piece).length ? RULER : RULER_PLAIN;
  const shown = useMemo(() => (opened ? piece.parts.filter((part) => part.id === opened) : piece.parts), [opened, piece.parts]);
  const heights = useMemo(() => {
    const over = narrow ? HEAD_ROW : 0;
    const free = height - ruler - shown.length * (GAP + over) - 4;
    const all = shown.reduce((sum, part) => sum + weight(part), 0);
    return shown.map((part) => Math.max(Math.floor((free * weight(part)) / all), narrow ? LEAST_NARROW : LEAST));
  }, [height, narrow, shown, ruler]);

  const shapes = useMemo(() => new Map(piece.parts.map((part) => [part.id, shapesOf(part, piece, timeline)])), [piece, timeline]);
  const ghosts = useMemo(() => {
    const of = new Map<string, readonly Shape[]>();
    for (const part of piece.parts) {
      const others = piece.parts.filter((each) => each.id !== part.id && each.role !== Role.DRUMS && sounds(project, each.id));
      of.set(part.id, others.flatMap((each) => shapes.get(each.id) ?? []).toSorted((one, other) => one.start - other.start));
    }
    return of;
  }, [piece.parts, shapes, project]);

  const look = useCallback(() => {
    const element = frame.current;
    if (!element) return;
    const first = Math.max(Math.floor(element.scrollLeft / TILE) - 1, 0);
    const last = Math.ceil((element.scrollLeft + element.clientWidth) / TILE) + 1;
    setTiles((before) => (before[0] === first && before[1] === last ? before : [first, last]));
  }, []);
  useEffect(look, [look, scale, width]);

  const arriving = draft !== null && draft.kind === "compose";
  const arrived = draft?.arrived;
  const missing = useMemo(() => {
    const of = new Map<string, (bar: number) => boolean>();
    for (const part of piece.parts) {
      const there = new Set(part.bars.map((bar) => bar.index));
      of.set(part.id, (bar) => arriving && !there.has(bar) && !arrived?.has(`${part.id}:${bar}`));
    }
    return of;
  }, [piece.parts, arriving, arrived]);

  return (
    <section className={`stage${narrow ? " narrow" : ""}`} ref={frame} onScroll={look} aria-label={t("stage")} onClick={(event) => event.target === event.currentTarget && set({ pointed: null })}>
      <div className="stage-inner" style={{ width: head + content }}>
        <div className={`ruler-row${ruler === RULER ? "" : " plain"}`} style={{ height: ruler }}>
          <div className="corner" style={{ width: head }}>
            {!narrow && <Zoom />}
          </div>
          <Ruler piece={piece} timeline={timeline} scale={scale} width={content} />
        </div>
        {shown.map((part, at) => (
          <div className="lane" key={part.id} style={{ marginBottom: GAP }}>
            <LaneHead part={part} width={narrow ? room : HEAD} height={narrow ? HEAD_ROW : heights[at]!} narrow={narrow} />
            <Lane
              part={part}
              piece={piece}
              timeline={timeline}
              shapes={shapes.get(part.id) ?? []}
              ghosts={ghosts.get(part.id) ?? []}
              scale={scale}
              width={content}
              height={heights[at]!}
              tiles={tiles}
              missing={missing.get(part.id)!}
              opened={opened === part.id}
            />
          </div>
        ))}
        <Playhead timeline={timeline} scale={scale} left={head} frame={frame} />
      </div>
    </section>
  );
}

/** More or fewer bars across. */
function Zoom() {
  const t = useText();
  const across = useStudio((state) => state.across);
  return (
    <div className="zoom">
      <button type="button" className="press" onClick={() => zoom(2)} disabled={across >= MOST_ACROSS} aria-label={t("zoomOut")} title={t("zoomOut")}>
        −
      </button>
      <button type="button" className="press" onClick={() => zoom(0.5)} disabled={across <= 1} aria-label={t("zoomIn")} title={t("zoomIn")}>
        +
      </button>
    </div>
  );
}

/** Show more bars (2) or fewer (0.5). */
export function zoom(by: number): void {
  set({ across: Math.min(Math.max(Math.round(get().across * by), 1), MOST_ACROSS) });
}
