// The fields of the contract's bars and notes that this package reads and writes: the one place that names them.

/** Ticks in a sixteenth note, the contract's unit of time below a step. */
export const TICKS = 120;
const WHOLE_NOTE_TICKS = 16 * TICKS;
const QUARTER_TICKS = 4 * TICKS;

/** A note in a bar, as messages of `@boumbapp/contract` and their JSON have it. */
export interface BarNote {
  pitch?: number;
  startStep?: number;
  durationSteps?: number;
  velocity?: number;
  offsetTicks?: number;
  releaseTicks?: number;
  /** Of 0.1: fractions of a step in place of ticks. */
  offset?: number;
  releaseOffset?: number;
  name?: string;
  tied?: boolean;
}

/** A bar with notes. */
export interface NoteBar {
  index?: number;
  meter?: { beats?: number; beatUnit?: number } | undefined;
  notes?: readonly BarNote[];
  /** Steps per quarter note, where the contract has them; 4 when absent or 0. */
  divisions?: number;
}

/** A bar as this package writes it. */
export interface WrittenBar {
  index: number;
  meter: { beats: number; beatUnit: number };
  notes: WrittenNote[];
}

/** A note as this package writes it. */
export interface WrittenNote {
  pitch: number;
  startStep: number;
  durationSteps: number;
  velocity: number;
  offsetTicks: number;
  releaseTicks: number;
  name: string;
  tied: boolean;
}

/** Ticks of a bar with this metre. */
export function barTicks(beats: number, beatUnit: number): number {
  return (beats * WHOLE_NOTE_TICKS) / beatUnit;
}

/** A note's times in ticks from its bar line: of the grid, of the sound. */
export function times(note: BarNote, divisions: number): { written: number; writtenEnd: number; onset: number; release: number } {
  const step = QUARTER_TICKS / (divisions || 4);
  const written = (note.startStep ?? 0) * step;
  const writtenEnd = written + (note.durationSteps ?? 0) * step;
  return {
    written,
    writtenEnd,
    onset: written + (note.offsetTicks ?? Math.round((note.offset ?? 0) * TICKS)),
    release: writtenEnd + (note.releaseTicks ?? Math.round((note.releaseOffset ?? 0) * TICKS)),
  };
}
