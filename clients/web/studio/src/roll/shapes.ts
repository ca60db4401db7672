/** Notes and hits as shapes in time: what is drawn, what is pointed at and what is spoken all follow from them. */
import { DrumPiece, Role, type Bar, type BarPlan } from "../contract";
import { degreeOf } from "../music/degrees";
import { stepTicks, SIXTEENTH, type Timeline } from "../music/time";
import type { Part, Piece } from "../store/project";

/** A note or a stroke. */
export interface Shape {
  readonly bar: number;
  readonly id: number;
  /** Ticks from the beginning of the piece, as it sounds. */
  readonly start: number;
  readonly end: number;
  /** MIDI key number of a note, DrumPiece of a hit. */
  readonly pitch: number;
  /** Degree from 1 to 7; 0 for hits. */
  readonly degree: number;
  readonly outside: boolean;
  readonly velocity: number;
  readonly name: string;
  readonly step: number;
  readonly steps: number;
  /** Strokes of a roll, or 1. */
  readonly strokes: number;
  readonly flam: boolean;
}

/** Pieces of the kit from the top of the grid to its bottom. */
export const KIT: readonly DrumPiece[] = [
  DrumPiece.CRASH, DrumPiece.RIDE, DrumPiece.OPEN_HAT, DrumPiece.CLOSED_HAT, DrumPiece.PEDAL_HAT, DrumPiece.SHAKER,
  DrumPiece.TAMBOURINE, DrumPiece.COWBELL, DrumPiece.HIGH_TOM, DrumPiece.MID_TOM, DrumPiece.LOW_TOM, DrumPiece.CLAP,
  DrumPiece.RIM, DrumPiece.SNARE, DrumPiece.KICK,
];

/** The shapes of one bar. */
function shapesOfBar(bar: Bar, start: number, plan: BarPlan | undefined): Shape[] {
  const step = stepTicks(bar);
  const notes = bar.notes.map((note): Shape => {
    const onset = start + note.startStep * step + note.offsetTicks;
    const { number, outside } = degreeOf(note, plan);
    return {
      bar: bar.index,
      id: note.id,
      start: onset,
      end: Math.max(start + (note.startStep + note.durationSteps) * step + note.releaseTicks, onset + 1),
      pitch: note.pitch,
      degree: number,
      outside,
      velocity: note.velocity,
      name: note.name,
      step: note.startStep,
      steps: note.durationSteps,
      strokes: 1,
      flam: false,
    };
  });
  const hits = bar.hits.map((hit): Shape => {
    const roll = hit.articulation.case === "roll" ? hit.articulation.value : undefined;
    const onset = start + hit.step * step + hit.offsetTicks;
    return {
      bar: bar.index,
      id: hit.id,
      start: onset,
      end: onset + (roll?.spanTicks ?? SIXTEENTH * 0.7),
      pitch: hit.piece,
      degree: 0,
      outside: false,
      velocity: hit.velocity,
      name: "",
      step: hit.step,
      steps: 1,
      strokes: roll?.strokes ?? 1,
      flam: hit.articulation.case === "flam",
    };
  });
  return [...notes, ...hits];
}

interface Known {
  readonly start: number;
  readonly plan: BarPlan | undefined;
  readonly shapes: readonly Shape[];
}

const known = new WeakMap<Bar, Known>();
/** Those of a whole part, so that a lane is drawn only when it changes. */
const whole = new WeakMap<readonly Bar[], { readonly timeline: Timeline; readonly plans: Piece["plans"]; readonly shapes: readonly Shape[] }>();

/**
 * The shapes of a part, ordered by onset. Those of a bar are made once.
 *
 * @param part The part.
 * @param piece The piece that it belongs to.
 * @param timeline The bar lines of the piece.
 */
export function shapesOf(part: Part, piece: Piece, timeline: Timeline): readonly Shape[] {
  const last = whole.get(part.bars);
  if (last && last.timeline === timeline && last.plans === piece.plans) return last.shapes;
  const shapes: Shape[] = [];
  for (const bar of part.bars) {
    const start = timeline.starts[bar.index];
    if (start === undefined) continue;
    const plan = piece.plans.length ? piece.plans[bar.index % piece.plans.length] : undefined;
    let made = known.get(bar);
    if (!made || made.start !== start || made.plan !== plan) {
      made = { start, plan, shapes: shapesOfBar(bar, start, plan) };
      known.set(bar, made);
    }
    shapes.push(...made.shapes);
  }
  shapes.sort((one, other) => one.start - other.start || one.pitch - other.pitch);
  whole.set(part.bars, { timeline, plans: piece.plans, shapes });
  return shapes;
}

/** Rows of a lane from its top: pitches downwards, or pieces of the kit. */
export function rowsOf(part: Part, shapes: readonly Shape[], room = 0): readonly number[] {
  if (part.role === Role.DRUMS) {
    const used = new Set(shapes.map((shape) => shape.pitch));
    for (const usual of [DrumPiece.CLOSED_HAT, DrumPiece.SNARE, DrumPiece.KICK]) used.add(usual);
    return room ? KIT : KIT.filter((piece) => used.has(piece));
  }
  let low = 128;
  let high = -1;
  for (const { pitch } of shapes) {
    if (pitch < low) low = pitch;
    if (pitch > high) high = pitch;
  }
  if (high < 0) [low, high] = part.role === Role.BASS ? [33, 45] : [60, 72];
  const least = 12 - (high - low);
  low = Math.max(low - 1 - room - Math.max(Math.ceil(least / 2), 0), 0);
  high = Math.min(high + 1 + room + Math.max(Math.floor(least / 2), 0), 127);
  return Array.from({ length: high - low + 1 }, (_, at) => high - at);
}

/** Index of the first shape that may reach a tick, given the longest shape's length. */
export function firstFrom(shapes: readonly Shape[], tick: number): number {
  let low = 0;
  let high = shapes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shapes[middle]!.start < tick) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Length of the longest shape. */
export function longest(shapes: readonly Shape[]): number {
  let most = 0;
  for (const shape of shapes) most = Math.max(most, shape.end - shape.start);
  return most;
}
