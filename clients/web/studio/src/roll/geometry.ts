/** From ticks and rows to pixels and back. */
import { firstFrom, longest, type Shape } from "./shapes";

/** What of a lane is seen, and how large. */
export interface View {
  /** Pixels of a tick. */
  readonly scale: number;
  /** Pixels that are scrolled away on the left. */
  readonly scrolled: number;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly number[];
}

/** Where a shape is drawn, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Height of a row. */
export function rowHeight(view: View): number {
  return view.height / Math.max(view.rows.length, 1);
}

/** Where a tick stands, in pixels from the left of what is seen. */
export function xOf(view: View, tick: number): number {
  return tick * view.scale - view.scrolled;
}

/** The tick at a place. */
export function tickAt(view: View, x: number): number {
  return (x + view.scrolled) / view.scale;
}

/** The row's value at a place: a pitch, or a piece of the kit. */
export function rowAt(view: View, y: number): number | undefined {
  return view.rows[Math.min(Math.max(Math.floor(y / rowHeight(view)), 0), view.rows.length - 1)];
}

/** Where the top of a row stands; undefined for a pitch that the lane does not show. */
export function yOf(view: View, pitch: number): number | undefined {
  const row = view.rows.indexOf(pitch);
  return row < 0 ? undefined : row * rowHeight(view);
}

/**
 * Where a shape is drawn; undefined where the lane does not show it.
 *
 * @param view What is seen.
 * @param shape The note or hit.
 */
export function boxOf(view: View, shape: Shape): Box | undefined {
  const top = yOf(view, shape.pitch);
  if (top === undefined) return undefined;
  const row = rowHeight(view);
  const gap = row > 8 ? 1 : row * 0.1;
  const x = xOf(view, shape.start);
  const width = Math.max((shape.end - shape.start) * view.scale - 1, 2.5);
  const height = shape.degree === 0 ? row - 2 * gap : Math.min(Math.max(row - 2 * gap, 3), 18);
  return { x, y: top + (row - height) / 2, width, height };
}

/** The shapes that may be seen: from the first to before the last index. */
export function seen(view: View, shapes: readonly Shape[], most = longest(shapes)): readonly [number, number] {
  const first = firstFrom(shapes, tickAt(view, 0) - most);
  return [first, firstFrom(shapes, tickAt(view, view.width))];
}

/**
 * The shape under a pointer; the one that was drawn last where several are, with some room around small ones.
 *
 * @param view What is seen.
 * @param shapes The lane's shapes, ordered by onset.
 * @param x Pixels from the left.
 * @param y Pixels from the top.
 * @param room Pixels around a shape that count as it: more for fingers.
 */
export function shapeAt(view: View, shapes: readonly Shape[], x: number, y: number, room: number): Shape | undefined {
  const [first, last] = seen(view, shapes);
  let best: Shape | undefined;
  let distance = room;
  for (let at = last - 1; at >= first; at--) {
    const shape = shapes[at]!;
    const box = boxOf(view, shape);
    if (!box) continue;
    const dx = Math.max(box.x - x, x - box.x - box.width, 0);
    const dy = Math.max(box.y - y, y - box.y - box.height, 0);
    const away = Math.max(dx, dy);
    if (away < distance) {
      distance = away;
      best = shape;
    }
    if (away === 0) return shape;
  }
  return best;
}
