/** Editing by hand on the stage: each change is a version; changes of the same note in a row are one. */
import type { DrumPiece } from "../contract";
import { text } from "../i18n/translate";
import { timelineOf } from "../music/time";
import { barOf, changed, emptied, freshId, removed, withHit, withNote, type Change } from "../store/edit";
import { changedBars, headOf, layerOf, withPart, type Part } from "../store/project";
import { addEntry, changeProject, get, say, set, type Pointed } from "../store/store";
import { correctionsKept, versionFrom } from "./pieces";
import { SignalKind, tell } from "./opinions";
import { stopComposing } from "./composing";

/** A run of small changes becomes one version while they come faster than this. */
const RUN_MS = 4000;

/** Put a changed part on the stage as a version. */
function commit(part: Part, bar: number, words: string): boolean {
  const { project, locale } = get();
  const head = headOf(project);
  if (!head) return false;
  if (layerOf(project, part.id).locked || project.lockedBars.includes(bar)) {
    say(text(locale, "isLocked", { part: part.name }));
    return false;
  }
  stopComposing();
  const piece = withPart(head.piece, part);
  const now = Date.now();
  if (head.kind === "edited" && head.words === words && now - head.at < RUN_MS) {
    const before = project.entries.find((entry) => entry.type === "version" && entry.id === head.parent);
    const whole = { ...head, piece, at: now, changed: changedBars(before?.type === "version" ? before.piece : undefined, piece) };
    changeProject((each) => ({ ...each, entries: each.entries.map((entry) => (entry.id === head.id ? whole : entry)) }));
    return true;
  }
  if (head.kind !== "edited") tell(SignalKind.EDITED);
  const version = versionFrom({ kind: "edited", words, piece, parent: head.id, explanation: head.explanation, suggestions: head.suggestions, knowHow: head.knowHow }, head.piece);
  addEntry({ ...version, corrections: correctionsKept(head, piece, version.changed) });
  return true;
}

function partOf(id: string): Part | undefined {
  return headOf(get().project)?.piece.parts.find((part) => part.id === id);
}

const words = (part: Part): string => text(get().locale, "saidEdit", { part: part.name });

/** Change the note or hit that is pointed at. */
export function changePointed(pointed: Pointed, change: Change): void {
  const part = partOf(pointed.part);
  if (part) commit(changed(part, pointed.bar, pointed.id, change), pointed.bar, words(part));
}

/** Take it out. */
export function removePointed(pointed: Pointed): void {
  const part = partOf(pointed.part);
  if (part && commit(removed(part, pointed.bar, pointed.id), pointed.bar, words(part))) set({ pointed: null });
}

/** Add a note or hit, and point at it. `pitch` is the piece of the kit where hits are meant. */
export function addAt(id: string, index: number, step: number, pitch: number, steps: number, drums: boolean): void {
  const part = partOf(id);
  const piece = headOf(get().project)?.piece;
  if (!part || !piece) return;
  const meter = timelineOf(piece.parts.map((each) => each.bars), piece.length, piece.intent?.meter).meters[index];
  const bar = barOf(part, index, meter);
  const made = drums ? withHit(part, bar, pitch as DrumPiece, step, 96) : withNote(part, bar, { pitch, step, steps, velocity: 96 });
  if (commit(made, index, words(part))) set({ pointed: { part: id, bar: index, id: freshId(part) } });
}

/** Take everything out of a bar of a part. */
export function emptyBar(id: string, index: number): void {
  const part = partOf(id);
  if (part && commit(emptied(part, index), index, text(get().locale, "saidEmpty", { part: part.name, bar: index + 1 }))) set({ pointed: null });
}
