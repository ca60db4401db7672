/** From what experts tell to pieces and versions. */
import { create } from "@bufbuild/protobuf";

import { IntentOptionsSchema, type Bar, type BarPlan, type Intent, type IntentOptions, type Started, type Track } from "../contract";
import { changedBars, newId, withBar, type Corrected, type Part, type Piece, type Version } from "../store/project";

/** A part without bars, as Started tells it. */
export function partOf(track: Track): Part {
  return { id: track.id, name: track.name, role: track.role, program: track.program, bars: track.bars };
}

/** A part as requests want it. */
export function trackOf(part: Part): { id: string; name: string; role: number; program?: number; bars: Bar[] } {
  return {
    id: part.id,
    name: part.name,
    role: part.role,
    ...(part.program !== undefined && { program: part.program }),
    bars: [...part.bars],
  };
}

/** A piece with nothing in it yet. */
export function emptyPiece(prompt: string, overrides?: IntentOptions): Piece {
  return {
    prompt,
    parts: [],
    bpm: 120,
    length: 0,
    intent: undefined,
    plans: [],
    swing: undefined,
    overrides: overrides ?? create(IntentOptionsSchema),
    seed: 0,
    requestId: "",
  };
}

/**
 * A piece of which composing has started.
 *
 * @param before What is on the stage. Its bars stay until theirs arrive, where they fit.
 * @param started What the expert told first.
 * @param keep Whether bars of before stay until then.
 */
export function startedPiece(before: Piece, started: Started, keep: boolean): Piece {
  const { intent, constraints } = started;
  const length = intent?.bars ?? before.length;
  const old = new Map(before.parts.map((part) => [part.id, part]));
  const parts = started.tracks.map((track) => {
    const kept = keep ? (old.get(track.id)?.bars ?? []) : [];
    return { ...partOf(track), bars: kept.filter((bar) => bar.index < length) };
  });
  return {
    ...before,
    parts: inBandOrder(parts),
    bpm: started.bpm || intent?.bpm || before.bpm,
    length,
    intent: intent ?? before.intent,
    plans: constraints?.plans ?? before.plans,
    swing: constraints?.swing ?? before.swing,
    seed: started.seed,
    requestId: started.requestId,
  };
}

/** Melodies above chords above basses above drums, as scores have them. */
export function inBandOrder(parts: readonly Part[]): Part[] {
  const rank = [7, 0, 5, 2, 1, 3, 6]; // by Role
  return [...parts].toSorted((one, other) => (rank[one.role] ?? 7) - (rank[other.role] ?? 7));
}

/** A piece to which a bar has come. A bar that is as it was stays the same object. */
export function withArrived(piece: Piece, track: string, bar: Bar): Piece {
  return {
    ...piece,
    length: Math.max(piece.length, bar.index + 1),
    parts: piece.parts.map((part) => (part.id === track ? withBar(part, bar) : part)),
  };
}

/** A version of a piece; what is not given is empty. */
export function versionFrom(
  facts: Pick<Version, "kind" | "words" | "piece"> & Partial<Omit<Version, "type" | "id" | "changed">>,
  before: Piece | undefined,
): Version {
  return {
    parent: null,
    at: Date.now(),
    explanation: "",
    edits: [],
    notices: [],
    corrections: [],
    suggestions: [],
    knowHow: [],
    firstBarMs: undefined,
    stars: 0,
    comment: "",
    ...facts,
    type: "version",
    id: newId(),
    changed: changedBars(before, facts.piece),
  };
}

/** Corrections of a piece that still hold: those of bars that are as they came. */
export function correctionsKept(before: Version | undefined, after: Piece, changed: Readonly<Record<string, number>>): Corrected[] {
  if (!before) return [];
  return before.corrections.filter(({ part, bar }) => {
    if (!changed[part]) return true;
    const find = (piece: Piece): Bar | undefined => piece.parts.find((each) => each.id === part)?.bars.find((each) => each.index === bar);
    return find(before.piece) === find(after);
  });
}

/** Plans of a piece in another intent. */
export function inIntent(piece: Piece, intent: Intent, plans: readonly BarPlan[]): Piece {
  return { ...piece, intent, plans };
}
