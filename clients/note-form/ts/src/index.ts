// Bars of the contract, notes and hits, as a flat list of notes over the whole piece, and back. Times are in sixteenth notes.

import { barTicks, hitOnset, keyOfPiece, pieceOfKey, TICKS, times, type NoteBar, type WrittenBar, type WrittenNote } from "./fields.js";
import { keyOf, moved, nameOf } from "./pitch.js";

export { keyOfPiece } from "./fields.js";
export type { BarHit, BarNote, NoteBar, WrittenBar, WrittenHit, WrittenNote } from "./fields.js";

/** A note of a piece. */
export interface PieceNote {
  /** Name with octave: "C3", "F#2", "Eb4". */
  pitch: string;
  /** Sixteenths from the beginning of the piece; the fraction is micro-timing. */
  start: number;
  /** Sixteenths that it sounds. */
  duration: number;
  /** MIDI velocity, 1-127. */
  velocity: number;
}

export interface Options {
  /** The octave that C of MIDI 60 is written in: 4 (scientific pitch notation, so "C3" is MIDI 48), 3 or 5 elsewhere. */
  middleC?: number;
  /** How a black key is named where the bar does not tell. */
  accidentals?: "sharps" | "flats";
  /** Whether `toBars` writes hits: the notes are keys of General MIDI's kit, and their lengths say nothing. */
  drums?: boolean;
}

export interface Meter {
  beats: number;
  beatUnit: number;
}

const SCIENTIFIC = 4;
const COMMON: Meter = { beats: 4, beatUnit: 4 };
const MOST_TICKS = TICKS; // farthest that an onset or release may lie from the grid

/**
 * A piece as a flat list, ordered by start. Parts of tied notes become one note; a tie that prolongs nothing is a note.
 * A hit is a note on its key in General MIDI, a sixteenth long; of a flam or a roll, the main or first stroke. What a
 * newer contract strikes is left out. A bar that is missing between two indices is silence as long as the bar before it.
 * Throws RangeError when an index stands twice or a name is none.
 */
export function toNotes(bars: readonly NoteBar[], options: Options = {}): PieceNote[] {
  const { middleC = SCIENTIFIC, accidentals = "sharps" } = options;
  const open = new Map<string, Sounding[]>(); // by pitch and written end, in ticks
  const sounding: Sounding[] = [];
  let line = 0;
  let next = 0;
  let length = 0;
  for (const bar of [...bars].sort((a, b) => (a.index ?? 0) - (b.index ?? 0))) {
    const index = bar.index ?? 0;
    if (index < next) throw new RangeError(`bar ${index} stands twice`);
    const own = barTicks(bar.meter?.beats || COMMON.beats, bar.meter?.beatUnit || COMMON.beatUnit);
    line += (index - next) * (length || own);
    for (const note of bar.notes ?? []) {
      const { written, writtenEnd, onset, release } = times(note, bar.divisions ?? 0);
      const key = note.pitch ?? 0;
      const before = note.tied && written === 0 ? taken(open.get(`${key}@${line}`), note.name) : undefined;
      const name = note.name ? moved(note.name, middleC - SCIENTIFIC) : nameOf(key, middleC, accidentals);
      const one = before ?? { name, spelled: note.name, key, velocity: note.velocity ?? 0, onset: Math.max(line + onset, 0), release: 0 };
      if (!before) sounding.push(one);
      one.release = line + release;
      const place = `${key}@${line + writtenEnd}`;
      open.set(place, [...(open.get(place) ?? []), one]);
    }
    for (const hit of bar.hits ?? []) {
      const key = keyOfPiece(hit.piece ?? 0);
      if (key === undefined) continue;
      const onset = Math.max(line + hitOnset(hit, bar.divisions ?? 0), 0);
      const name = nameOf(key, middleC, accidentals);
      sounding.push({ name, spelled: undefined, key, velocity: hit.velocity ?? 0, onset, release: onset + TICKS });
    }
    line += own;
    length = own;
    next = index + 1;
  }
  return sounding
    .sort((a, b) => a.onset - b.onset || a.key - b.key)
    .map(({ name, velocity, onset, release }) => ({
      pitch: name,
      start: onset / TICKS,
      duration: Math.max(release - onset, 1) / TICKS,
      velocity,
    }));
}

/** Take the note that a tie goes on from: where two of one pitch end together, the one spelled alike, else the first. */
function taken(ending: Sounding[] | undefined, spelled: string | undefined): Sounding | undefined {
  const alike = ending?.findIndex((one) => one.spelled === spelled) ?? -1;
  return ending?.splice(Math.max(alike, 0), 1)[0];
}

interface Sounding {
  name: string;
  spelled: string | undefined;
  key: number;
  velocity: number;
  onset: number;
  release: number;
}

/**
 * A flat list as bars, from index 0 to the last one that something sounds in. A note that crosses a bar line is split
 * there and tied. Times are rounded to 1/120 of a sixteenth.
 *
 * `meters` tells the metre of each bar; the last one holds for all that follow. Throws RangeError when a name, time or
 * velocity is none.
 */
export function toBars(notes: readonly PieceNote[], meters: readonly Meter[] = [COMMON], options: Options = {}): WrittenBar[] {
  const { middleC = SCIENTIFIC, drums = false } = options;
  const bars: WrittenBar[] = [];
  const lines: number[] = [0]; // ticks at which each bar begins
  const extend = (ticks: number): void => {
    while ((lines.at(-1) ?? 0) < ticks) {
      const meter = meters[bars.length] ?? meters.at(-1) ?? COMMON;
      lines.push((lines.at(-1) ?? 0) + barTicks(meter.beats, meter.beatUnit));
      bars.push({ index: bars.length, meter: { beats: meter.beats, beatUnit: meter.beatUnit }, notes: [], hits: [] });
    }
  };
  for (const note of notes) {
    const { first, last, offset, release } = onGrid(note);
    const key = keyOf(note.pitch, middleC);
    const name = moved(note.pitch, SCIENTIFIC - middleC);
    extend(drums ? first + TICKS : last);
    let bar = lines.findLastIndex((line) => line <= first);
    if (drums) {
      const step = (first - (lines[bar] ?? 0)) / TICKS;
      bars[bar]?.hits.push({ piece: pieceOfKey(key), step, velocity: note.velocity, offsetTicks: offset });
      continue;
    }
    for (let start = first; start < last; bar += 1) {
      const line = lines[bar] ?? 0;
      const end = Math.min(last, lines[bar + 1] ?? last);
      const tied = start !== first;
      bars[bar]?.notes.push({
        pitch: key,
        startStep: (start - line) / TICKS,
        durationSteps: (end - start) / TICKS,
        velocity: note.velocity,
        offsetTicks: tied ? 0 : offset,
        releaseTicks: end === last ? release : 0,
        name,
        tied,
      });
      start = end;
    }
  }
  for (const bar of bars) {
    bar.notes.sort(inOrder);
    bar.hits.sort((a, b) => a.step - b.step || a.piece - b.piece);
  }
  return bars;
}

function inOrder(a: WrittenNote, b: WrittenNote): number {
  return a.startStep - b.startStep || a.pitch - b.pitch;
}

/** Where a note is written, in ticks on the grid of sixteenths, and how far its sound lies from there. */
function onGrid(note: PieceNote): { first: number; last: number; offset: number; release: number } {
  const { start, duration, velocity } = note;
  if (!(start >= 0 && duration > 0 && Number.isFinite(start + duration))) {
    throw new RangeError(`start ${start} and duration ${duration}: a note begins at 0 or later and lasts`);
  }
  if (!(Number.isInteger(velocity) && velocity >= 1 && velocity <= 127)) {
    throw new RangeError(`velocity ${velocity} is not a whole number from 1 to 127`);
  }
  const onset = Math.round(start * TICKS);
  const end = Math.max(Math.round((start + duration) * TICKS), onset + 1);
  let first = Math.floor(onset / TICKS + 0.5) * TICKS;
  let last = Math.max(Math.floor(end / TICKS + 0.5) * TICKS, first + TICKS);
  if (end - last < -MOST_TICKS) {
    // Short, and early for its step: written late in the step before.
    first -= TICKS;
    last -= TICKS;
  }
  return { first, last, offset: onset - first, release: end - last };
}
