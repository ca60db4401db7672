/** A part on the stage: its notes drawn in tiles, and the grid that keyboards, pointers and screen readers use. */
import { memo, useMemo, useRef, type KeyboardEvent, type PointerEvent } from "react";

import { Role, type DrumPiece } from "../contract";
import { useText } from "../app/hooks";
import { printed } from "../music/names";
import { barAt, SIXTEENTH, stepTicks, type Timeline } from "../music/time";
import { addAt, changePointed } from "../session/editing";
import { audition, auditionHit } from "../session/playing";
import { planOf, type Part, type Piece } from "../store/project";
import { set, useStudio } from "../store/store";
import { boxOf, rowAt, rowHeight, shapeAt, tickAt, type View } from "./geometry";
import { Cells, cellId } from "./cells";
import { laneKey } from "./lane-keys";
import { longest, rowsOf, type Shape } from "./shapes";
import { noteName, pieceName } from "./speech";
import { Tile, TILE } from "./tile";

interface Props {
  readonly part: Part;
  readonly piece: Piece;
  readonly timeline: Timeline;
  readonly shapes: readonly Shape[];
  readonly ghosts: readonly Shape[];
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** Tiles that are near what is seen: from the first to before the last. */
  readonly tiles: readonly [number, number];
  readonly missing: (bar: number) => boolean;
  readonly opened: boolean;
}

interface Drag {
  readonly shape: Shape;
  readonly x: number;
  readonly y: number;
  readonly edge: boolean;
  moved: boolean;
}

const EDGE = 7;

/** One lane. */
export const Lane = memo(function Lane({ part, piece, timeline, shapes, ghosts, scale, width, height, tiles, missing, opened }: Props) {
  const t = useText();
  const locale = useStudio((state) => state.locale);
  const theme = useStudio((state) => state.theme);
  const altered = useStudio((state) => state.altered);
  const lockedBars = useStudio((state) => state.project.lockedBars);
  const locked = useStudio((state) => state.project.layers[part.id]?.locked === true);
  const corrections = useStudio((state) => state.project.entries.find((entry) => entry.id === state.project.head));
  const pointed = useStudio((state) => (state.pointed?.part === part.id ? state.pointed : null));
  const drag = useRef<Drag | null>(null);
  const ring = useRef<HTMLDivElement>(null);
  const drums = part.role === Role.DRUMS;
  const rows = useMemo(() => rowsOf(part, shapes, opened ? (drums ? 1 : 5) : 0), [part, shapes, opened, drums]);
  const view: View = useMemo(() => ({ scale, scrolled: 0, width, height, rows }), [scale, width, height, rows]);
  const marked = useMemo(() => {
    const list = corrections?.type === "version" ? corrections.corrections.filter((each) => each.part === part.id) : [];
    return new Set(list.map((each) => `${each.bar}:${each.correction.id}`));
  }, [corrections, part.id]);
  const scene = useMemo(
    () => ({
      view,
      timeline,
      shapes,
      longest: longest(shapes),
      ghosts,
      longestGhost: longest(ghosts),
      drums,
      planOf: (bar: number) => planOf(piece, bar),
      missing,
      locked: (bar: number) => lockedBars.includes(bar),
      corrected: (shape: Shape) => marked.has(`${shape.bar}:${shape.id}`),
      names: drums ? undefined : (shape: Shape) => printed(noteName(shape, piece).replace(/-?\d+$/, ""), locale),
    }),
    // the piece is new with every bar that comes: what is drawn of it are its plans
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [view, timeline, shapes, ghosts, drums, piece.plans, missing, lockedBars, marked, locale],
  );
  const current = pointed ? shapes.find((shape) => shape.bar === pointed.bar && shape.id === pointed.id) : undefined;
  const box = current && boxOf(view, current);

  const placeOf = (event: PointerEvent<HTMLDivElement>): { x: number; y: number } => {
    const bounds = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };

  const point = (shape: Shape | undefined): void => {
    set({ pointed: shape ? { part: part.id, bar: shape.bar, id: shape.id } : null });
    if (!shape) return;
    if (drums) auditionHit(part.id, shape.pitch as DrumPiece, shape.velocity);
    else audition(part.id, shape.pitch, shape.velocity);
  };

  const down = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    const { x, y } = placeOf(event);
    const shape = shapeAt(view, shapes, x, y, event.pointerType === "mouse" ? 3 : 14);
    point(shape);
    if (!shape || event.pointerType === "touch" || locked) return;
    const at = boxOf(view, shape);
    drag.current = { shape, x, y, edge: !drums && at !== undefined && at.width > 3 * EDGE && x > at.x + at.width - EDGE, moved: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  /** How far the note was dragged, in steps and rows. */
  const shift = (event: PointerEvent<HTMLDivElement>, from: Drag): { steps: number; row: number } => {
    const { x, y } = placeOf(event);
    const bar = part.bars.find((each) => each.index === from.shape.bar);
    return { steps: Math.round((x - from.x) / scale / (bar ? stepTicks(bar) : SIXTEENTH)), row: Math.round((y - from.y) / rowHeight(view)) };
  };

  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const from = drag.current;
    const element = ring.current;
    const start = from && boxOf(view, from.shape);
    if (!from || !element || !start) return;
    const { steps, row } = shift(event, from);
    from.moved ||= steps !== 0 || row !== 0;
    const dx = steps * SIXTEENTH * scale;
    element.style.transform = from.edge ? "" : `translate(${dx}px, ${row * rowHeight(view)}px)`;
    if (from.edge) element.style.width = `${Math.max(start.width + dx, 4) + 6}px`;
  };

  const up = (event: PointerEvent<HTMLDivElement>): void => {
    const from = drag.current;
    drag.current = null;
    if (ring.current) ring.current.style.transform = "";
    if (!from?.moved) return;
    const { steps, row } = shift(event, from);
    const { shape } = from;
    if (from.edge) changePointed({ part: part.id, bar: shape.bar, id: shape.id }, { steps: shape.steps + steps });
    else {
      const at = view.rows.indexOf(shape.pitch) + row;
      const pitch = view.rows[Math.min(Math.max(at, 0), view.rows.length - 1)] ?? shape.pitch;
      changePointed({ part: part.id, bar: shape.bar, id: shape.id }, { step: shape.step + steps, pitch });
    }
  };

  const add = (event: PointerEvent<HTMLDivElement>): void => {
    const { x, y } = placeOf(event);
    if (shapeAt(view, shapes, x, y, 1)) return;
    const tick = tickAt(view, x);
    const index = barAt(timeline, tick);
    const pitch = rowAt(view, y);
    if (pitch === undefined || index < 0 || tick > timeline.end) return;
    const bar = part.bars.find((each) => each.index === index);
    const step = Math.floor((tick - timeline.starts[index]!) / (bar ? stepTicks(bar) : SIXTEENTH));
    addAt(part.id, index, step, pitch, 2, drums);
    if (drums) auditionHit(part.id, pitch as DrumPiece, 96);
    else audition(part.id, pitch, 96);
  };

  const keyed = (event: KeyboardEvent): void => {
    if (laneKey(event, { part, piece, timeline, shapes, current })) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const list = [];
  for (let at = tiles[0]; at < tiles[1]; at++) {
    const left = at * TILE;
    if (left >= width) break;
    list.push(<Tile key={at} at={left} width={Math.min(TILE, width - left)} scene={scene} altered={altered} part={part.id} theme={theme} />);
  }
  return (
    <div className={`lane-view${locked ? " locked" : ""}`} style={{ width, height }} data-part={part.id}>
      {list}
      {opened && (
        <div className="row-names" aria-hidden="true">
          {rows.map((row, at) => (
            <span key={row} style={{ height: rowHeight(view), top: at * rowHeight(view) }}>
              {drums ? pieceName(row, t) : row % 12 === (planOf(piece, 0)?.tonic ?? 0) ? printed(noteName({ pitch: row, name: "", bar: 0 } as Shape, piece), locale) : ""}
            </span>
          ))}
        </div>
      )}
      {box && <div ref={ring} className="pointed" style={{ left: box.x - 3, top: box.y - 3, width: box.width + 6, height: box.height + 6 }} />}
      <div
        className="lane-grid"
        role="grid"
        tabIndex={0}
        aria-label={t("laneLabel", { part: part.name, bars: piece.length, notes: shapes.length })}
        aria-rowcount={piece.length}
        aria-readonly={locked}
        aria-activedescendant={current ? cellId(part.id, current) : undefined}
        onKeyDown={keyed}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => (drag.current = null)}
        onDoubleClick={(event) => add(event as unknown as PointerEvent<HTMLDivElement>)}
      >
        <Cells part={part} piece={piece} timeline={timeline} shapes={shapes} bar={current?.bar ?? 0} current={current} />
      </div>
    </div>
  );
});
