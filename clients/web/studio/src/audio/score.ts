// What sounds when: the parts of a piece on one set of bar lines.

import { Role, type Bar, type Meter } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { plain, play } from "@boumbapp/experts";
import { keyOfPiece } from "@boumbapp/note-form";
import type { Arrangement, Part } from "./types.ts";

/** A note or stroke. Seconds are those of the piece. */
export interface Sound {
  onset: number;
  release: number;
  /** MIDI key; of a stroke, that of General MIDI. */
  key: number;
  /** 1-127. */
  velocity: number;
  /** The key that the pitch begins at, and how long it takes to its own; the key itself and 0 on most notes. */
  from: number;
  glide: number;
  /** When its bar begins; an early note sounds before. */
  line: number;
}

export type PartFacts = Omit<Part, "bars">;

const STROKE_S = 0.1; // strokes have no length; long enough for instruments that stop at a release
const COMMON = { beats: 4, beatUnit: 4 };

interface Line {
  facts: PartFacts;
  bars: Map<number, Bar>;
  /** By bar; undefined when it has to be found out again. */
  sounds: Sound[][] | undefined;
}

/** A piece, which changes while it plays. */
export class Score {
  readonly #parts = new Map<string, Line>();
  #tempi = new Map<number, number>(); // by the bar that they begin at
  #bpm: number;
  #bars: number;
  #lines: number[] | undefined;

  constructor({ bpm, bars, parts }: Arrangement) {
    this.#bpm = bpm;
    this.#bars = bars;
    for (const { bars: own, ...facts } of parts) {
      this.#parts.set(facts.id, { facts, bars: new Map(own.map((bar) => [bar.index, bar])), sounds: undefined });
    }
  }

  get parts(): PartFacts[] {
    return [...this.#parts.values()].map(({ facts }) => facts);
  }

  /** Bars that the piece will have, or has. */
  get bars(): number {
    return Math.max(this.#bars, this.#known());
  }

  expect(bars: number): void {
    this.#bars = bars;
  }

  /** Whether all parts have a bar. */
  whole(bar: number): boolean {
    return this.#parts.size > 0 && [...this.#parts.values()].every(({ bars }) => bars.has(bar));
  }

  /** Whether a part has it. */
  begun(bar: number): boolean {
    return [...this.#parts.values()].some(({ bars }) => bars.has(bar));
  }

  part(facts: PartFacts): void {
    const known = this.#parts.get(facts.id);
    if (known) known.facts = facts;
    else this.#parts.set(facts.id, { facts, bars: new Map(), sounds: undefined });
  }

  remove(id: string): void {
    this.#parts.delete(id);
    this.#changed();
  }

  /** Put a bar in; whether bar lines have moved. */
  put(id: string, bar: Bar): boolean {
    const part = this.#parts.get(id);
    if (!part) return false;
    const before = this.#meter(bar.index);
    part.bars.set(bar.index, bar);
    part.sounds = undefined;
    const after = this.#meter(bar.index);
    const moved = bar.bpm !== undefined || before?.beats !== after?.beats || before?.beatUnit !== after?.beatUnit;
    if (moved) this.#changed();
    return moved && before !== undefined;
  }

  cut(id: string | null, from: number): void {
    for (const [own, { bars }] of this.#parts) {
      if (id !== null && id !== own) continue;
      for (const index of bars.keys()) if (index >= from) bars.delete(index);
    }
    this.#changed();
  }

  tempo(bpm: number, fromBar: number): void {
    if (fromBar === 0) this.#bpm = bpm;
    this.#tempi = new Map([...this.#tempi].filter(([bar]) => bar < fromBar));
    if (fromBar > 0) this.#tempi.set(fromBar, bpm);
    this.#changed();
  }

  /** Seconds at which a bar begins; that of the bar after the last one is the end. */
  line(bar: number): number {
    this.#lines ??= play(this.#frame(), this.#bpm).lines;
    const last = this.#lines.length - 1;
    const end = this.#lines[last] ?? 0;
    return this.#lines[bar] ?? end + (bar - last) * (end - (this.#lines[last - 1] ?? 0));
  }

  length(bar: number): number {
    return this.line(bar + 1) - this.line(bar);
  }

  /** What is struck in a bar of a part. */
  sounds(id: string, bar: number): readonly Sound[] {
    const part = this.#parts.get(id);
    if (!part) return [];
    part.sounds ??= this.#soundsOf(part);
    return part.sounds[bar] ?? [];
  }

  #soundsOf({ facts, bars }: Line): Sound[][] {
    const own = this.#frame().map((frame, index) => {
      const bar = bars.get(index);
      return bar ? { ...plain(bar), ...(frame.bpm !== undefined && { bpm: frame.bpm }) } : frame;
    });
    const { notes, strokes, lines } = play(own, this.#bpm);
    const byBar: Sound[][] = own.map(() => []);
    const line = (bar: number): number => lines[bar] ?? 0;
    for (const { onset, release, pitch, velocity, fromPitch, glide, bar } of notes) {
      byBar[bar]?.push({ onset, release, key: pitch, velocity, from: fromPitch, glide, line: line(bar) });
    }
    if (facts.role === Role.DRUMS) {
      for (const { onset, piece, velocity, bar } of strokes) {
        const key = keyOfPiece(piece);
        if (key === undefined) continue;
        byBar[bar]?.push({ onset, release: onset + STROKE_S, key, velocity, from: key, glide: 0, line: line(bar) });
      }
    }
    return byBar;
  }

  /** The bars without their notes: metres and tempi that all parts share. */
  #frame(): { index: number; meter: { beats: number; beatUnit: number }; bpm?: number }[] {
    let meter: { beats: number; beatUnit: number } = COMMON;
    const known = this.#known();
    for (let index = 0; index < known; index += 1) {
      const first = this.#meter(index);
      if (first) {
        meter = first;
        break;
      }
    }
    return Array.from({ length: known }, (_, index) => {
      const own = this.#meter(index);
      if (own) meter = { beats: own.beats, beatUnit: own.beatUnit };
      const bpm = this.#tempi.get(index) ?? this.#ownTempo(index);
      return { index, meter, ...(bpm !== undefined && { bpm }) };
    });
  }

  #known(): number {
    let most = 0;
    for (const { bars } of this.#parts.values()) for (const index of bars.keys()) most = Math.max(most, index + 1);
    return most;
  }

  #meter(index: number): Meter | undefined {
    for (const { bars } of this.#parts.values()) {
      const meter = bars.get(index)?.meter;
      if (meter) return meter;
    }
    return undefined;
  }

  #ownTempo(index: number): number | undefined {
    for (const { bars } of this.#parts.values()) {
      const bpm = bars.get(index)?.bpm;
      if (bpm !== undefined) return bpm;
    }
    return undefined;
  }

  #changed(): void {
    this.#lines = undefined;
    for (const part of this.#parts.values()) part.sounds = undefined;
  }
}
