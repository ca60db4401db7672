/** The key and chords of a piece after it was changed, so that colours and chord names tell what sounds. */
import { create } from "@bufbuild/protobuf";

import { IntentOptionsSchema, Role, Source, type BarPlan, type Key } from "../contract";
import { inScale } from "../music/degrees";
import { planOf, type Piece } from "../store/project";
import { get } from "../store/store";
import { experts } from "./experts";

/** Share of the notes of a piece that its plans allow. */
export function fit(piece: Piece, plans: readonly BarPlan[]): number {
  let all = 0;
  let inside = 0;
  for (const part of piece.parts) {
    if (part.role === Role.DRUMS) continue;
    for (const bar of part.bars) {
      const plan = planOf({ plans }, bar.index);
      for (const note of bar.notes) {
        all += 1;
        if (inScale(note.pitch, plan)) inside += 1;
      }
    }
  }
  return all ? inside / all : 1;
}

/**
 * What a piece may play in another key, as theory says it.
 *
 * @param piece The piece.
 * @param key The key.
 */
export async function inKey(piece: Piece, key: Key): Promise<Piece> {
  const { locale } = get();
  const overrides = create(IntentOptionsSchema, { ...piece.overrides, tonality: { case: "key", value: key } });
  const read = await experts().analyse({
    prompt: piece.prompt || "music",
    overrides: { ...overrides, bars: Math.min(piece.length, 128) },
    seed: piece.seed,
    locale,
  });
  const intent = piece.intent && read.intent ? { ...piece.intent, key, progression: read.intent.progression } : read.intent;
  return { ...piece, overrides, intent, plans: read.constraints?.plans ?? piece.plans };
}

/**
 * The piece after a refinement. Words that name a key give it the chords of that key, where its notes fit them better.
 *
 * @param instruction What was asked for.
 * @param before The piece before.
 * @param made The piece after, with the plans of before.
 */
export async function harmonyAfter(instruction: string, before: Piece, made: Piece): Promise<Piece> {
  if (made.parts.every((part) => part.role === Role.DRUMS || part.bars === before.parts.find((each) => each.id === part.id)?.bars)) return made;
  try {
    const { locale } = get();
    const { intent } = await experts().analyse({ prompt: instruction, locale });
    const said = intent?.evidence.some(({ slot, source }) => slot.startsWith("key") && source === Source.PROMPT);
    if (!intent?.key || !said) return made;
    const moved = await inKey(made, intent.key);
    return fit(made, moved.plans) > fit(made, made.plans) ? moved : made;
  } catch {
    return made; // the music is right; its chord names stay those of before
  }
}
