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
  name?: string;
  tied?: boolean;
}

/** A hit in a bar; `piece` is its number in messages, its name in JSON. */
export interface BarHit {
  piece?: number | string;
  step?: number;
  velocity?: number;
  offsetTicks?: number;
}

/** A bar with notes or hits. */
export interface NoteBar {
  index?: number;
  meter?: { beats?: number; beatUnit?: number } | undefined;
  notes?: readonly BarNote[];
  hits?: readonly BarHit[];
  /** Steps per quarter note; 4 when absent or 0. */
  divisions?: number;
}

/** A bar as this package writes it. */
export interface WrittenBar {
  index: number;
  meter: { beats: number; beatUnit: number };
  notes: WrittenNote[];
  hits: WrittenHit[];
}

/** A hit as this package writes it; `piece` by its number, which JSON takes too. */
export interface WrittenHit {
  piece: number;
  step: number;
  velocity: number;
  offsetTicks: number;
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
    onset: written + (note.offsetTicks ?? 0),
    release: writtenEnd + (note.releaseTicks ?? 0),
  };
}

/** A hit's onset in ticks from its bar line. */
export function hitOnset(hit: BarHit, divisions: number): number {
  const step = QUARTER_TICKS / (divisions || 4);
  return (hit.step ?? 0) * step + (hit.offsetTicks ?? 0);
}

// The contract's pieces of the kit by number, each with its key in General MIDI.
const KIT: readonly (readonly [name: string, key: number])[] = [
  ["UNSPECIFIED", -1],
  ["KICK", 36],
  ["SNARE", 38],
  ["RIM", 37],
  ["CLAP", 39],
  ["CLOSED_HAT", 42],
  ["PEDAL_HAT", 44],
  ["OPEN_HAT", 46],
  ["LOW_TOM", 45],
  ["MID_TOM", 47],
  ["HIGH_TOM", 50],
  ["RIDE", 51],
  ["CRASH", 49],
  ["COWBELL", 56],
  ["SHAKER", 70],
  ["TAMBOURINE", 54],
];

/** General MIDI key of a piece, by number or name; undefined when a newer contract has it. */
export function keyOfPiece(piece: number | string): number | undefined {
  const found = typeof piece === "number" ? KIT[piece] : KIT.find(([name]) => `DRUM_PIECE_${name}` === piece);
  return found && found[1] >= 0 ? found[1] : undefined;
}

/** Number of the piece that General MIDI has on a key. Throws RangeError when the contract has none. */
export function pieceOfKey(key: number): number {
  const piece = KIT.findIndex(([, own]) => own === key);
  if (piece < 0) throw new RangeError(`no piece of the kit is on MIDI ${key}`);
  return piece;
}
