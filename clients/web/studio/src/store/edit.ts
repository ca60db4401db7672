/** Editing by hand: each change makes a new part, and leaves every other note as it is. */
import { create } from "@bufbuild/protobuf";

import { BarSchema, DrumHitSchema, NoteSchema, type Bar, type DrumHit, type DrumPiece, type Meter, type Note } from "../contract";
import { barTicks, stepTicks } from "../music/time";
import { withBar, type Part } from "./project";

/** Steps in a bar. */
export function stepsOf(bar: Bar): number {
  return Math.max(Math.round(barTicks(bar.meter) / stepTicks(bar)), 1);
}

/** An id that no note or hit of a part has. */
export function freshId(part: Part): number {
  let most = 0;
  for (const bar of part.bars) {
    for (const each of bar.notes) most = Math.max(most, each.id);
    for (const each of bar.hits) most = Math.max(most, each.id);
  }
  return most + 1;
}

/** A bar of a part, or an empty one where it has none. */
export function barOf(part: Part, index: number, meter: Meter | undefined): Bar {
  return part.bars.find((bar) => bar.index === index) ?? create(BarSchema, { index, ...(meter && { meter }) });
}

/** A part whose notes and hits all have ids, as those of files may not. */
export function identified(part: Part): Part {
  let next = freshId(part);
  const named = <T extends Note | DrumHit>(each: T): T => (each.id ? each : { ...each, id: next++ });
  return { ...part, bars: part.bars.map((bar) => ({ ...bar, notes: bar.notes.map(named), hits: bar.hits.map(named) })) };
}

function inOrder(notes: Note[]): Note[] {
  return notes.toSorted((one, other) => one.startStep - other.startStep || one.pitch - other.pitch);
}

function hitsInOrder(hits: DrumHit[]): DrumHit[] {
  return hits.toSorted((one, other) => one.step - other.step || one.piece - other.piece);
}

/** What may be changed of a note or hit. */
export interface Change {
  readonly pitch?: number;
  readonly step?: number;
  readonly steps?: number;
  readonly velocity?: number;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/**
 * Change a note or hit; values out of range are put in it.
 *
 * @param part The part.
 * @param index Index of its bar.
 * @param id The note or hit.
 * @param change What is different; `pitch` is the piece of the kit for a hit.
 */
export function changed(part: Part, index: number, id: number, change: Change): Part {
  const bar = part.bars.find((each) => each.index === index);
  if (!bar) return part;
  const steps = stepsOf(bar);
  const velocity = (old: number): number => clamp(Math.round(change.velocity ?? old), 1, 127);
  const notes = bar.notes.map((note) => {
    if (note.id !== id) return note;
    const startStep = clamp(change.step ?? note.startStep, 0, steps - 1);
    const pitch = clamp(change.pitch ?? note.pitch, 0, 127);
    return {
      ...note,
      startStep,
      pitch,
      durationSteps: clamp(change.steps ?? note.durationSteps, 1, steps - startStep),
      velocity: velocity(note.velocity),
      name: pitch === note.pitch ? note.name : "",
      tied: note.tied && startStep === note.startStep && pitch === note.pitch,
    };
  });
  const hits = bar.hits.map((hit) =>
    hit.id === id
      ? { ...hit, step: clamp(change.step ?? hit.step, 0, steps - 1), piece: change.pitch ?? hit.piece, velocity: velocity(hit.velocity) }
      : hit,
  );
  return withBar(part, { ...bar, notes: inOrder(notes), hits: hitsInOrder(hits) });
}

/** A part without a note or hit. */
export function removed(part: Part, index: number, id: number): Part {
  const bar = part.bars.find((each) => each.index === index);
  if (!bar) return part;
  return withBar(part, {
    ...bar,
    notes: bar.notes.filter((note) => note.id !== id),
    hits: bar.hits.filter((hit) => hit.id !== id),
  });
}

/**
 * A part with one note more.
 *
 * @param part The part.
 * @param bar The bar that it goes into.
 * @param note Where it begins and what it is; its length is cut at the bar line.
 */
export function withNote(part: Part, bar: Bar, note: { pitch: number; step: number; steps: number; velocity: number }): Part {
  const startStep = clamp(note.step, 0, stepsOf(bar) - 1);
  const added = create(NoteSchema, {
    pitch: clamp(note.pitch, 0, 127),
    startStep,
    durationSteps: clamp(note.steps, 1, stepsOf(bar) - startStep),
    velocity: clamp(note.velocity, 1, 127),
    id: freshId(part),
  });
  return withBar(part, { ...bar, notes: inOrder([...bar.notes, added]) });
}

/** A part with one hit more. */
export function withHit(part: Part, bar: Bar, piece: DrumPiece, step: number, velocity: number): Part {
  const added = create(DrumHitSchema, {
    piece,
    step: clamp(step, 0, stepsOf(bar) - 1),
    velocity: clamp(velocity, 1, 127),
    id: freshId(part),
  });
  return withBar(part, { ...bar, hits: hitsInOrder([...bar.hits, added]) });
}

/** A part with the notes and hits of a bar taken out. */
export function emptied(part: Part, index: number): Part {
  const bar = part.bars.find((each) => each.index === index);
  return bar ? withBar(part, { ...bar, notes: [], hits: [] }) : part;
}

/** Indices of the bars of a part that hold nothing, among the first so many. */
export function emptyBars(part: Part, length: number): number[] {
  const full = new Set(part.bars.filter((bar) => bar.notes.length || bar.hits.length).map((bar) => bar.index));
  return Array.from({ length }, (_, index) => index).filter((index) => !full.has(index));
}
