/** What a project is: versions of a piece, what was said about them, and how its parts are mixed. */
import type { Bar, BarPlan, Correction, Intent, IntentOptions, KnowHow, Notice, Role, Swing, Track } from "../contract";

/** Something to try with one press. */
export interface Idea {
  readonly label: string;
  readonly reason: string;
  readonly act: "refine" | "style" | "scale" | "part" | "compose";
  readonly value: string;
}

/** A part with its bars in the order of their indices; a bar that is missing is silence. */
export interface Part {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** General MIDI programme from 0; undefined for drums. */
  readonly program: number | undefined;
  readonly bars: readonly Bar[];
}

/** Music as it is at one moment. Nothing in it is changed in place. */
export interface Piece {
  readonly prompt: string;
  readonly parts: readonly Part[];
  /** Quarter notes per minute. */
  readonly bpm: number;
  /** Number of bars. */
  readonly length: number;
  readonly intent: Intent | undefined;
  /** What each bar may play, and its chords; bar i uses plan i modulo their number. */
  readonly plans: readonly BarPlan[];
  readonly swing: Swing | undefined;
  /** What was set with chips after the words; it wins over them. */
  readonly overrides: IntentOptions;
  readonly seed: number;
  /** What the journal knows it by; empty for music that it does not know. */
  readonly requestId: string;
}

/** A correction with the bar that it was made in. */
export interface Corrected {
  readonly part: string;
  readonly bar: number;
  readonly correction: Correction;
}

export type VersionKind = "composed" | "refined" | "changed" | "regenerated" | "completed" | "edited" | "imported";

/** A state of the piece that can be gone back to, and why it is as it is. */
export interface Version {
  readonly type: "version";
  readonly id: string;
  /** The version that it was made from; null for the first. */
  readonly parent: string | null;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: VersionKind;
  /** What the person typed or did. */
  readonly words: string;
  readonly piece: Piece;
  readonly explanation: string;
  readonly edits: readonly string[];
  readonly notices: readonly Notice[];
  readonly corrections: readonly Corrected[];
  readonly suggestions: readonly string[];
  readonly knowHow: readonly KnowHow[];
  /** How many bars of each part differ from the version before, by id. */
  readonly changed: Readonly<Record<string, number>>;
  /** From sending to the first bar, in milliseconds; undefined where nothing was sent. */
  readonly firstBarMs: number | undefined;
  readonly stars: number;
  readonly comment: string;
}

/** Words that could not be followed, and what was answered. */
export interface Refusal {
  readonly type: "refusal";
  readonly id: string;
  readonly at: number;
  readonly words: string;
  readonly message: string;
  /** Whether the same may work later. */
  readonly again: boolean;
}

export type Entry = Version | Refusal;

/** Where a sentence of an answer comes from. */
export interface Cited {
  readonly slug: string;
  readonly title: string;
  readonly heading: string;
}

/** Music in an answer. */
export interface Example {
  readonly track: Track;
  readonly bpm: number;
  readonly title: string;
  /** What composes more of it. */
  readonly prompt: string;
}

/** A question and its answer as far as it came. */
export interface Turn {
  readonly id: string;
  readonly question: string;
  readonly sentences: readonly { readonly text: string; readonly cited: readonly Cited[] }[];
  readonly examples: readonly Example[];
  readonly notices: readonly string[];
  readonly near: readonly { readonly slug: string; readonly title: string }[];
  readonly state: "waiting" | "done" | "refused" | "failed";
}

/** How a part is played and whether it may change. */
export interface Layer {
  readonly muted: boolean;
  readonly solo: boolean;
  /** From 0 to 1; 0.8 is the usual. */
  readonly volume: number;
  readonly locked: boolean;
}

export interface Project {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly Entry[];
  /** The version that is shown and played; null before the first. */
  readonly head: string | null;
  readonly layers: Readonly<Record<string, Layer>>;
  /** Bars that must not change in any part, by index. */
  readonly lockedBars: readonly number[];
  readonly chat: readonly Turn[];
  readonly updated: number;
}

export const PLAIN_LAYER: Layer = { muted: false, solo: false, volume: 0.8, locked: false };

/** A new name for something in a project. */
export function newId(): string {
  return crypto.randomUUID();
}

/** A project with nothing in it. */
export function emptyProject(now: number): Project {
  return { id: newId(), title: "", entries: [], head: null, layers: {}, lockedBars: [], chat: [], updated: now };
}

/** The version with an id. */
export function versionOf(project: Project, id: string | null): Version | undefined {
  return project.entries.find((entry): entry is Version => entry.type === "version" && entry.id === id);
}

/** The version that is shown. */
export function headOf(project: Project): Version | undefined {
  return versionOf(project, project.head);
}

/** How a part is played. */
export function layerOf(project: Project, part: string): Layer {
  return project.layers[part] ?? PLAIN_LAYER;
}

/** Whether a part sounds, with the solos of the others. */
export function sounds(project: Project, part: string): boolean {
  const layer = layerOf(project, part);
  return layer.solo || (!layer.muted && !Object.values(project.layers).some((other) => other.solo));
}

/** The plan of a bar. */
export function planOf(piece: Pick<Piece, "plans">, bar: number): BarPlan | undefined {
  return piece.plans.length ? piece.plans[bar % piece.plans.length] : undefined;
}

/** A part with one bar put in place of the one at its index, or added. */
export function withBar(part: Part, bar: Bar): Part {
  const at = part.bars.findIndex((each) => each.index >= bar.index);
  if (at < 0) return { ...part, bars: [...part.bars, bar] };
  const bars = part.bars.slice();
  bars.splice(at, part.bars[at]!.index === bar.index ? 1 : 0, bar);
  return { ...part, bars };
}

/** A piece with one of its parts replaced. */
export function withPart(piece: Piece, part: Part): Piece {
  return { ...piece, parts: piece.parts.map((each) => (each.id === part.id ? part : each)) };
}

/** A number for each part that changed: how many of its bars are not those of before. */
export function changedBars(before: Piece | undefined, after: Piece): Record<string, number> {
  const changed: Record<string, number> = {};
  for (const part of after.parts) {
    const old = new Map(before?.parts.find((each) => each.id === part.id)?.bars.map((bar) => [bar.index, bar]));
    const count = part.bars.filter((bar) => old.get(bar.index) !== bar).length;
    if (count) changed[part.id] = count;
  }
  return changed;
}

/** Where the sections of a piece begin. */
export function sectionsOf(piece: Piece): { readonly bar: number; readonly bars: number; readonly kind: string; readonly letter: string }[] {
  const sections = piece.intent?.sections ?? [];
  let bar = 0;
  const placed = sections.map(({ kind, letter, bars }) => {
    const section = { bar, bars, kind, letter };
    bar += bars;
    return section;
  });
  return placed.filter((section) => section.bars > 0 && section.bar < piece.length);
}
