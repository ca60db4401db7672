/** The degree of the scale that a pitch is: what its colour says. */
import type { BarPlan, Note } from "../contract";

const LETTERS = "CDEFGAB";
/** Degree of each semitone above the tonic where no spelling tells it, from 1. */
const USUAL = [1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7] as const;

export interface Degree {
  /** From 1 to 7. */
  readonly number: number;
  /** Whether the pitch is outside the scale of its bar. */
  readonly outside: boolean;
}

/** Pitch class of a pitch, 0-11. */
export function pitchClass(pitch: number): number {
  return ((pitch % 12) + 12) % 12;
}

/**
 * Say which degree a note is.
 *
 * @param note Its pitch, and its name where theory spelled it.
 * @param plan What its bar may play; without one, C major counts.
 */
export function degreeOf(note: Pick<Note, "pitch" | "name">, plan: BarPlan | undefined): Degree {
  const tonic = plan?.tonic ?? 0;
  const allowed = plan?.pitchClasses ?? 0b101010110101;
  const outside = ((allowed >> pitchClass(note.pitch)) & 1) === 0;
  const letter = LETTERS.indexOf(note.name.charAt(0));
  const home = LETTERS.indexOf(plan?.key?.tonic.charAt(0) ?? "C");
  const number =
    note.name && letter >= 0 && home >= 0
      ? ((letter - home + 7) % 7) + 1
      : USUAL[pitchClass(note.pitch - tonic)]!;
  return { number, outside };
}

/** Whether a pitch belongs to the scale of a bar. */
export function inScale(pitch: number, plan: BarPlan | undefined): boolean {
  return !plan || ((plan.pitchClasses >> pitchClass(pitch)) & 1) === 1;
}

/**
 * The next pitch of the scale above or below.
 *
 * @param pitch Where to go from.
 * @param direction 1 for up, -1 for down.
 * @param plan What the bar may play; without one, every semitone.
 */
export function nextInScale(pitch: number, direction: 1 | -1, plan: BarPlan | undefined): number {
  for (let next = pitch + direction; next >= 0 && next <= 127; next += direction) {
    if (inScale(next, plan)) return next;
  }
  return pitch;
}
