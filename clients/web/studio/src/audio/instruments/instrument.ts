// What plays a part.

import type { Sound } from "../score.ts";

/** Plays what is struck. Times are those of the audio clock. */
export interface Instrument {
  /** Get ready to strike some sounds soon, which may take a while; `strike` must not. */
  prepare?(sounds: readonly Sound[]): void;
  strike(at: number, sound: Sound): void;
  /** Take back whose `turn` is `at` or later; what sounds by then ends there, unless it may ring. */
  cut(at: number, ring: boolean): void;
  dispose(): void;
}

/** When a sound counts as struck: early ones belong to the bar that follows. */
export function turn(at: number, { line }: Sound): number {
  return Math.max(at, line);
}

export const SEMITONES_OF_A = 69;

/** Frequency of a MIDI key in Hz. */
export function frequency(key: number): number {
  return 440 * 2 ** ((key - SEMITONES_OF_A) / 12);
}
