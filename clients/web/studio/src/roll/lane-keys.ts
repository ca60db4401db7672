/** Keys of a lane: arrows go from note to note, with Alt they move the note. */
import type { KeyboardEvent } from "react";

import { Role, type DrumPiece } from "../contract";
import { nextInScale } from "../music/degrees";
import { addAt, changePointed, emptyBar, removePointed } from "../session/editing";
import { audition, auditionHit } from "../session/playing";
import { planOf, type Part, type Piece } from "../store/project";
import { get, set } from "../store/store";
import type { Timeline } from "../music/time";
import { rowsOf, type Shape } from "./shapes";

interface Place {
  readonly part: Part;
  readonly piece: Piece;
  readonly timeline: Timeline;
  readonly shapes: readonly Shape[];
  readonly current: Shape | undefined;
}

/** The note to go to; undefined where there is none. */
export function noteTowards(key: string, shapes: readonly Shape[], current: Shape | undefined): Shape | undefined {
  if (!shapes.length) return undefined;
  if (key === "Home") return shapes[0];
  if (key === "End") return shapes.at(-1);
  if (!current) return shapes[0];
  const at = shapes.indexOf(current);
  if (key === "ArrowRight") return shapes[Math.min(at + 1, shapes.length - 1)];
  if (key === "ArrowLeft") return shapes[Math.max(at - 1, 0)];
  const direction = key === "ArrowDown" || key === "PageDown" ? 1 : -1;
  if (direction > 0) return shapes.find((shape) => shape.bar > current.bar) ?? current;
  const bar = shapes.findLast((shape) => shape.bar < current.bar)?.bar;
  return shapes.find((shape) => shape.bar === bar) ?? current;
}

const MOVES = new Set(["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

/**
 * Do what a key asks of a lane.
 *
 * @param event The key.
 * @param place The lane, and the note that is pointed at.
 * @returns Whether it asked anything.
 */
export function laneKey(event: KeyboardEvent, place: Place): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  const { part, piece, shapes, current } = place;
  const drums = part.role === Role.DRUMS;
  if (!event.altKey && MOVES.has(event.key)) {
    const next = noteTowards(event.key, shapes, current);
    if (next) pointAt(part, next, drums);
    return true;
  }
  if (event.key === "Insert" || event.key === "n") {
    const step = current ? current.step + current.steps : 0;
    addAt(part.id, current?.bar ?? 0, step, current?.pitch ?? (drums ? 1 : rowsOf(part, shapes)[6] ?? 60), current?.steps ?? 2, drums);
    return true;
  }
  if (!current) return false;
  const pointed = { part: part.id, bar: current.bar, id: current.id };
  if (event.altKey && MOVES.has(event.key)) {
    changePointed(pointed, moved(event, current, part, piece, drums));
    return true;
  }
  switch (event.key) {
    case "Delete":
    case "Backspace":
      if (event.shiftKey) emptyBar(part.id, current.bar);
      else removePointed(pointed);
      return true;
    case "+":
    case "=":
      changePointed(pointed, { velocity: current.velocity + 8 });
      return true;
    case "-":
      changePointed(pointed, { velocity: current.velocity - 8 });
      return true;
    case ",":
      changePointed(pointed, { steps: current.steps - 1 });
      return true;
    case ".":
      changePointed(pointed, { steps: current.steps + 1 });
      return true;
    case "Enter":
      pointAt(part, current, drums);
      return true;
    case "Escape":
      set({ pointed: null });
      return get().pointed !== null;
    default:
      return false;
  }
}

function pointAt(part: Part, shape: Shape, drums: boolean): void {
  set({ pointed: { part: part.id, bar: shape.bar, id: shape.id } });
  if (drums) auditionHit(part.id, shape.pitch as DrumPiece, shape.velocity);
  else audition(part.id, shape.pitch, shape.velocity);
}

function moved(event: KeyboardEvent, shape: Shape, part: Part, piece: Piece, drums: boolean): { pitch?: number; step?: number } {
  switch (event.key) {
    case "ArrowLeft":
      return { step: shape.step - 1 };
    case "ArrowRight":
      return { step: shape.step + 1 };
    case "ArrowUp":
    case "ArrowDown": {
      const direction = event.key === "ArrowUp" ? 1 : -1;
      return { pitch: pitchTowards(direction, shape, part, piece, drums, event.shiftKey) };
    }
    default:
      return {};
  }
}

/**
 * The pitch, or piece of the kit, one place up or down.
 *
 * @param direction 1 for up, -1 for down.
 * @param shape Where to go from.
 * @param part Its part.
 * @param piece The piece, whose plan says the scale.
 * @param drums Whether it is a hit.
 * @param octave Whether to go by an octave.
 */
export function pitchTowards(direction: 1 | -1, shape: Shape, part: Part, piece: Piece, drums: boolean, octave: boolean): number {
  if (drums) {
    const rows = rowsOf(part, [], 1);
    return rows[Math.min(Math.max(rows.indexOf(shape.pitch) - direction, 0), rows.length - 1)] ?? shape.pitch;
  }
  if (octave) return shape.pitch + 12 * direction;
  return nextInScale(shape.pitch, direction, planOf(piece, shape.bar));
}
