/** Drawing a lane: rows of the scale, bar lines, ghosts of the other parts, notes, hits, marks. Knows no page. */
import type { BarPlan } from "../contract";
import { inScale, pitchClass } from "../music/degrees";
import { barAt, beatTicks, type Timeline } from "../music/time";
import { boxOf, rowHeight, seen, tickAt, xOf, yOf, type Box, type View } from "./geometry";
import type { Palette } from "./palette";
import type { Shape } from "./shapes";

/** Everything that a lane shows. */
export interface Scene {
  readonly view: View;
  readonly timeline: Timeline;
  readonly palette: Palette;
  readonly shapes: readonly Shape[];
  readonly longest: number;
  /** Notes of the other parts. */
  readonly ghosts: readonly Shape[];
  readonly longestGhost: number;
  readonly drums: boolean;
  readonly planOf: (bar: number) => BarPlan | undefined;
  /** Bars that are due and not there yet. */
  readonly missing: (bar: number) => boolean;
  /** How much a bar glows, 0-1. */
  readonly glow: (bar: number) => number;
  readonly locked: (bar: number) => boolean;
  readonly corrected: (shape: Shape) => boolean;
  /** Whether there is room for names on the notes. */
  readonly names: ((shape: Shape) => string) | undefined;
  readonly font: string;
}

/** Draw a lane from nothing. */
export function drawLane(context: CanvasRenderingContext2D, scene: Scene): void {
  const { view, palette } = scene;
  context.clearRect(0, 0, view.width, view.height);
  const first = Math.max(barAt(scene.timeline, tickAt(view, 0)), 0);
  const last = barAt(scene.timeline, tickAt(view, view.width));
  for (let bar = first; bar <= last; bar++) drawBar(context, scene, bar);
  if (!scene.drums) drawGhosts(context, scene);
  const [from, to] = seen(view, scene.shapes, scene.longest);
  for (let at = from; at < to; at++) {
    const shape = scene.shapes[at]!;
    const box = boxOf(view, shape);
    if (!box) continue;
    if (scene.drums) drawHit(context, scene, shape, box);
    else drawNote(context, scene, shape, box);
    if (scene.corrected(shape)) drawMark(context, palette.accent, box);
  }
}

function drawBar(context: CanvasRenderingContext2D, scene: Scene, bar: number): void {
  const { view, timeline, palette } = scene;
  const start = timeline.starts[bar]!;
  const end = timeline.starts[bar + 1] ?? timeline.end;
  const x = Math.round(xOf(view, start));
  const width = Math.round(xOf(view, end)) - x;
  if (scene.missing(bar)) {
    context.strokeStyle = palette.line;
    context.setLineDash([4, 5]);
    context.strokeRect(x + 3.5, 3.5, width - 7, view.height - 7);
    context.setLineDash([]);
    return;
  }
  const height = rowHeight(view);
  const plan = scene.planOf(bar);
  view.rows.forEach((value, row) => {
    const top = Math.round(row * height);
    const next = Math.round((row + 1) * height);
    if (scene.drums) context.fillStyle = row % 2 ? palette.rowOut : palette.row;
    else if (plan && pitchClass(value) === plan.tonic) context.fillStyle = palette.rowTonic;
    else context.fillStyle = inScale(value, plan) ? palette.row : palette.rowOut;
    context.fillRect(x, top, width, next - top);
  });
  const glow = scene.glow(bar);
  if (glow > 0) {
    context.globalAlpha = 0.22 * glow;
    context.fillStyle = palette.accent;
    context.fillRect(x, 0, width, view.height);
    context.globalAlpha = 1;
  }
  const beat = beatTicks(timeline.meters[bar]);
  context.fillStyle = palette.line;
  if (beat * view.scale > 9) {
    context.globalAlpha = 0.45;
    for (let tick = start + beat; tick < end - 1; tick += beat) context.fillRect(Math.round(xOf(view, tick)), 0, 1, view.height);
    context.globalAlpha = 1;
  }
  context.fillRect(x, 0, 1, view.height);
  if (scene.locked(bar)) {
    context.fillStyle = palette.strongLine;
    context.fillRect(x, 0, width, 2);
  }
}

function drawGhosts(context: CanvasRenderingContext2D, scene: Scene): void {
  const { view } = scene;
  const [from, to] = seen(view, scene.ghosts, scene.longestGhost);
  const row = rowHeight(view);
  const height = Math.max(Math.min(row * 0.35, 3), 1.5);
  context.fillStyle = scene.palette.ghost;
  for (let at = from; at < to; at++) {
    const shape = scene.ghosts[at]!;
    const top = yOf(view, shape.pitch);
    if (top === undefined) continue;
    context.fillRect(xOf(view, shape.start), top + (row - height) / 2, Math.max((shape.end - shape.start) * view.scale - 1, 2), height);
  }
}

function drawNote(context: CanvasRenderingContext2D, scene: Scene, shape: Shape, box: Box): void {
  const { palette } = scene;
  const colour = palette.degrees[shape.degree]!;
  context.fillStyle = colour;
  context.globalAlpha = 0.5 + (0.5 * shape.velocity) / 127;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, Math.min(3, box.height / 2, box.width / 2));
  context.fill();
  context.globalAlpha = 1;
  if (shape.outside) hatch(context, box, palette.ground);
  if (scene.names && box.width > 26 && box.height >= 13) {
    context.fillStyle = "#17130b";
    context.font = `600 11px ${scene.font}`;
    context.textBaseline = "middle";
    context.fillText(scene.names(shape), box.x + 5, box.y + box.height / 2 + 0.5, box.width - 8);
  }
}

/** Strokes across a note that is outside the scale. */
function hatch(context: CanvasRenderingContext2D, box: Box, colour: string): void {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = box.x - box.height; x < box.x + box.width; x += 5) {
    context.moveTo(x, box.y + box.height);
    context.lineTo(x + box.height, box.y);
  }
  context.stroke();
  context.restore();
}

function drawHit(context: CanvasRenderingContext2D, scene: Scene, shape: Shape, box: Box): void {
  const { palette, view } = scene;
  context.fillStyle = palette.hit;
  const strength = shape.velocity / 127;
  const height = Math.max(box.height * (0.35 + 0.65 * strength), 3);
  const y = box.y + (box.height - height) / 2;
  const stroke = Math.max(Math.min(box.width / shape.strokes - 1, 12), 2);
  context.globalAlpha = 0.35 + 0.65 * strength;
  for (let each = 0; each < shape.strokes; each++) {
    const x = box.x + (each * (shape.end - shape.start) * view.scale) / shape.strokes;
    context.beginPath();
    context.roundRect(x, y, stroke, height, Math.min(2, stroke / 2));
    context.fill();
  }
  if (shape.flam) context.fillRect(box.x - 4, y + height * 0.3, 2, height * 0.4);
  context.globalAlpha = 1;
}

/** A small corner above what theory corrected. */
function drawMark(context: CanvasRenderingContext2D, colour: string, box: Box): void {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(box.x - 1, box.y - 4);
  context.lineTo(box.x + 6, box.y - 4);
  context.lineTo(box.x - 1, box.y + 3);
  context.fill();
}
