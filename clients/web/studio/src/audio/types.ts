// What the page may ask of the sound, and what the sound tells the page. `createEngine` in engine.ts makes one.

import type { Bar, Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";

/** A part that sounds. */
export interface Part {
  /** As Started names its track. */
  id: string;
  role: Role;
  /** General MIDI programme from 0; the role's usual one when not given. */
  program?: number | undefined;
  bars: readonly Bar[];
}

/** A piece, or what has come of it. */
export interface Arrangement {
  bpm: number;
  parts: readonly Part[];
  /** Bars of the whole piece; while fewer have come, the end of what is there is waited at rather than looped over. */
  bars: number;
}

/** How a part is mixed. */
export interface Mix {
  mute: boolean;
  solo: boolean;
  /** 0 to 1; 0.8 is the usual. */
  volume: number;
}

/**
 * - `stopped`: nothing moves.
 * - `starting`: the browser has not let the sound begin; it does after a click or a key.
 * - `playing`.
 * - `waiting`: the next bar has not come; it goes on by itself when it does.
 */
export type PlayState = "stopped" | "starting" | "playing" | "waiting";

/** Which instruments sound: at first synthesisers, then the sampled ones. */
export type Instruments = "synths" | "loading" | "samples" | "unavailable";

/** What a subscriber is told; a new object whenever something in it changes. The playhead is asked with `position`. */
export interface EngineState {
  play: PlayState;
  instruments: Instruments;
  /** How long the sound takes from the clock to the ear, in milliseconds, as the browser says. */
  latencyMs: number;
  /** Times that the music had to wait for a bar since `load`. */
  waits: number;
  /** Notes that came too late to be played since `load`. */
  late: number;
  loop: Loop | null;
  /** Name of the MIDI output that plays instead of the instruments; null for none. */
  midiOut: string | null;
}

/** Bars that repeat: from `from` up to the line before `to`. */
export interface Loop {
  from: number;
  to: number;
}

/** Where the music that is heard now is. */
export interface Position {
  seconds: number;
  /** Index of the bar. */
  bar: number;
  /** How much of that bar is over, 0 to 1. */
  inBar: number;
}

/** A file with one part, or the mix where `part` is null. */
export interface Stem {
  part: string | null;
  wav: Blob;
}

/** An output of WebMIDI. */
export interface MidiOutput {
  id: string;
  name: string;
}

export interface Engine {
  /** Replace everything. Stops what plays, unless `keepPlaying` is set: then it goes on at the same bar and the same beat. */
  load(arrangement: Arrangement, options?: { keepPlaying?: boolean }): void;
  /**
   * Put a bar into a part: a new one, or one in the place of another. While it plays, what lies ahead is changed in
   * time; a bar that is sounding keeps what has been struck already.
   */
  put(part: string, bar: Bar): void;
  /** Take away the bars of a part from an index on; of all parts where `part` is null. */
  cut(part: string | null, from: number): void;
  /** Add a part without bars, or change the programme of one. */
  part(part: Omit<Part, "bars">): void;
  remove(part: string): void;
  /** How many bars the piece will have. */
  expect(bars: number): void;
  /** Tempo from a bar line on. */
  tempo(bpm: number, fromBar?: number): void;

  /** Begin, or go on. Call it from a click or a key: browsers let sound begin only there. */
  play(): Promise<void>;
  pause(): void;
  /** Go to the beginning of a bar, plus a part of it. */
  seek(bar: number, inBar?: number): void;
  loop(loop: Loop | null): void;
  /** Index of the first bar of which nothing has been struck yet: where a change can still act. 0 while nothing plays. */
  nextBar(): number;
  position(): Position;

  mix(part: string, mix: Partial<Mix>): void;
  /** Of everything, 0 to 1. */
  volume(volume: number): void;

  /** Sound one note or hit at once, such as a key of the roll that was clicked. `key` is a MIDI key; of General MIDI for drums. */
  audition(part: string, key: number, velocity?: number): void;

  /** Every part as a file, then the mix, as they sound now. */
  stems(options?: { signal?: AbortSignal }): Promise<Stem[]>;

  /** The outputs that there are; asks the person for permission. Empty where the browser has no WebMIDI. */
  midiOutputs(): Promise<readonly MidiOutput[]>;
  /** Play on one of them instead of the instruments; null goes back. */
  midiOut(id: string | null): Promise<void>;

  state(): EngineState;
  /** Called after each change of the state; returns what ends it. */
  subscribe(listener: () => void): () => void;
  dispose(): void;
}
