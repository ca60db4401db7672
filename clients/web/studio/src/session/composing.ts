/** Composing and refining: a sentence, a chip or a button becomes a stream, and the stream a version. */
import { type MessageInitShape } from "@bufbuild/protobuf";
import type { ComposingEvent } from "@boumbapp/experts";
import type { ComposeRequestSchema } from "@boumbapp/contract/boumbapp/arranger/v2/arranger_service_pb";

import { Role, type IntentOptions } from "../contract";
import { text, type Locale } from "../i18n/translate";
import { headOf, layerOf, newId, type Part, type Piece, type Version, type VersionKind } from "../store/project";
import { addEntry, get, say, set, type Draft } from "../store/store";
import { experts, failureText } from "./experts";
import { correctionsKept, emptyPiece, startedPiece, trackOf, versionFrom, withArrived } from "./pieces";
import { harmonyAfter } from "./harmony";
import { playFromStart, stopPlaying } from "./playing";
import { SignalKind, tell } from "./opinions";

type PartInit = NonNullable<MessageInitShape<typeof ComposeRequestSchema>["parts"]>[number];

let current: AbortController | undefined;
/** The first bar of every part is shown at once; those after it are shown together when several come in this time. */
const TOGETHER_MS = 40;

/** Stop what is on its way. */
export function stopComposing(): void {
  current?.abort();
  current = undefined;
  set({ draft: null });
}

/** Whether something else may not begin: nothing may; what is on its way is stopped instead. */
function begin(draft: Draft): AbortSignal {
  current?.abort();
  current = new AbortController();
  set({ draft, compared: null, pointed: null });
  return current.signal;
}

interface Job {
  readonly kind: VersionKind;
  /** Whether bars come back that were sent. */
  readonly refining?: boolean;
  readonly words: string;
  readonly before: Piece;
  /** Whether bars of before stay until theirs arrive. */
  readonly keep: boolean;
  readonly stream: (signal: AbortSignal) => AsyncIterable<ComposingEvent>;
  /** What is done to the piece when all is there. */
  readonly finish?: (piece: Piece, version: Version | undefined) => Promise<Piece>;
  readonly play: boolean;
  /** Whether a refusal is the caller's to deal with. */
  readonly quiet?: boolean;
}

/** Follow a stream to its end. */
async function follow(job: Job): Promise<Version | undefined> {
  const sent = performance.now();
  const head = headOf(get().project);
  const base: Draft = {
    kind: job.refining ? "refine" : "compose",
    words: job.words,
    piece: job.before,
    explanation: "",
    notices: [],
    arrived: new Set(),
    progress: "",
  };
  const signal = begin(base);
  // After the request has gone, and still by the press that asked; it waits for the first bar.
  if (job.play) setTimeout(() => signal.aborted || void playFromStart());
  let draft = base;
  let first: number | undefined;
  let explanation = "";
  let edits: readonly string[] = [];
  let suggestions: readonly string[] = [];
  let knowHow: Version["knowHow"] = [];
  const corrections: Version["corrections"][number][] = [];
  let due: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(due);
    due = undefined;
    if (!signal.aborted) set({ draft });
  };
  const show = (change: Partial<Draft>, soon = false): void => {
    draft = { ...draft, ...change };
    if (!soon) flush();
    else due ??= setTimeout(flush, TOGETHER_MS);
  };
  try {
    for await (const event of job.stream(signal)) {
      if (signal.aborted) return undefined;
      switch (event.kind) {
        case "started":
          ({ explanation, edits, suggestions, knowHow } = event.started);
          show({ piece: startedPiece(job.before, event.started, job.keep), explanation });
          break;
        case "bar": {
          first ??= performance.now() - sent;
          for (const correction of event.ready.corrections) corrections.push({ part: event.track, bar: event.bar.index, correction });
          const arrived = new Set(draft.arrived).add(`${event.track}:${event.bar.index}`);
          const same = job.refining && !event.ready.changed;
          show({ piece: same ? draft.piece : withArrived(draft.piece, event.track, event.bar), arrived, progress: "" }, draft.arrived.size >= draft.piece.parts.length);
          break;
        }
        case "notice":
          show({ notices: [...draft.notices, event.notice] });
          break;
        case "progress":
          show({ progress: event.progress.text });
          break;
        case "lost":
          set({ connection: navigator.onLine ? "reconnecting" : "offline" });
          break;
        case "resumed":
          set({ connection: "online" });
          break;
        case "completed":
          break;
      }
    }
    clearTimeout(due);
    if (signal.aborted) return undefined;
    let piece = trimmed(draft, job);
    if (job.finish) piece = await job.finish(piece, head);
    if (signal.aborted) return undefined;
    const version = versionFrom(
      { kind: job.kind, words: job.words, piece, parent: head?.id ?? null, explanation, edits, notices: draft.notices, suggestions, knowHow, firstBarMs: first },
      job.keep ? head?.piece : undefined,
    );
    const kept = job.keep ? correctionsKept(head, piece, version.changed) : [];
    const whole: Version = { ...version, corrections: [...kept, ...corrections] };
    addEntry(whole); // before the draft goes: the stage is never without a piece
    set({ draft: null, connection: "online", altered: { at: performance.now(), bars: alteredOf(job, head, piece) } });
    current = undefined;
    return whole;
  } catch (thrown) {
    clearTimeout(due);
    if (signal.aborted) return undefined;
    set({ draft: null });
    current = undefined;
    if (job.play) stopPlaying();
    const failure = failureText(thrown);
    if (failure.lost) set({ connection: navigator.onLine ? "reconnecting" : "offline" });
    if (job.quiet && !failure.lost) return undefined;
    addEntry({ type: "refusal", id: newId(), at: Date.now(), words: job.words, message: failure.message, again: failure.lost });
    set({ tab: "versions" });
    return undefined;
  }
}

function alteredOf(job: Job, head: Version | undefined, piece: Piece): ReadonlySet<string> {
  const bars = new Set<string>();
  if (!job.keep) return bars;
  for (const part of piece.parts) {
    const old = new Map(head?.piece.parts.find((each) => each.id === part.id)?.bars.map((bar) => [bar.index, bar]));
    for (const bar of part.bars) if (old.get(bar.index) !== bar) bars.add(`${part.id}:${bar.index}`);
  }
  return bars;
}

/** A refinement may leave fewer bars than there were: those that did not come are gone. */
function trimmed(draft: Draft, job: Job): Piece {
  if (!job.refining) return draft.piece;
  let last = -1;
  for (const key of draft.arrived) last = Math.max(last, Number(key.slice(key.lastIndexOf(":") + 1)));
  const length = last + 1 || draft.piece.length;
  const parts = draft.piece.parts.map((part) => ({ ...part, bars: part.bars.filter((bar) => bar.index < length) }));
  return { ...draft.piece, parts, length };
}

/** Compose what the words say, from nothing; it plays as soon as the first bar is there. */
export async function compose(words: string): Promise<void> {
  stopPlaying();
  set({ words: "", opened: null, span: null });
  const { locale } = get();
  const version = await follow({
    kind: "composed",
    words,
    before: emptyPiece(words),
    keep: false,
    play: true,
    stream: async function* (signal) {
      const parts = await readAhead(words);
      yield* experts().arrange({ prompt: words, locale, parts }, { signal });
    },
  });
  if (version) set({ mode: "change" });
}

/** What sentences say, by language and words: read before they are sent, so that sending waits for nothing. */
const readings = new Map<string, Promise<PartInit[]>>();
const MOST_READINGS = 50;

/** Read a sentence that may be sent next. */
export function readAhead(words: string): Promise<PartInit[]> {
  const { locale } = get();
  const key = `${locale}:${words}`;
  let reading = readings.get(key);
  if (!reading) {
    reading = namedAlone(words, locale);
    reading.catch(() => readings.delete(key));
    if (readings.size >= MOST_READINGS) readings.clear();
    readings.set(key, reading);
  }
  return reading;
}

/** The one part that words name; none where they name several, or leave it open. */
async function namedAlone(words: string, locale: Locale): Promise<PartInit[]> {
  const read = await experts().analyse({ prompt: words, locale });
  const named = read.intent?.parts ?? [];
  return named.length === 1 && named[0]!.role !== Role.UNSPECIFIED ? [{ role: named[0]!.role }] : [];
}

/** Compose the piece again after a chip was changed: what is locked stays, the rest acts from the next bar on. */
export async function recompose(overrides: IntentOptions, words: string, prompt?: string): Promise<void> {
  const head = headOf(get().project);
  if (!head) return;
  const piece: Piece = { ...head.piece, overrides, prompt: prompt ?? head.piece.prompt };
  await follow({ kind: "changed", words, before: piece, keep: true, play: false, stream: (signal) => experts().arrange(request(piece, lockedGiven), { signal }) });
}

/** Bars of a part that must stay. */
function lockedGiven(part: Part): readonly Part["bars"][number][] {
  const { project } = get();
  if (layerOf(project, part.id).locked) return part.bars;
  return part.bars.filter((bar) => project.lockedBars.includes(bar.index));
}

/** The request that makes a piece again, with the bars that stay. */
function request(piece: Piece, given: (part: Part) => readonly Part["bars"][number][], seeds: Readonly<Record<string, number>> = {}) {
  const parts = piece.parts.map(
    (part): PartInit => ({
      role: part.role,
      id: part.id,
      name: part.name,
      ...(seeds[part.id] !== undefined && { seed: seeds[part.id]! }),
      givenBars: [...given(part)],
    }),
  );
  const { locale } = get();
  const said = piece.prompt
    ? { prompt: piece.prompt, overrides: { ...piece.overrides, bars: piece.overrides.bars ?? piece.length } }
    : { ...(piece.intent && { intent: { ...piece.intent, bars: piece.length } }) };
  return { ...said, seed: piece.seed, parts, locale };
}

/** Make a part again, otherwise; the others stay as they are. Bars from first to last only, where they are given. */
export async function regenerate(id: string, span = get().span): Promise<void> {
  const head = headOf(get().project);
  const part = head?.piece.parts.find((each) => each.id === id);
  const { locale, project } = get();
  if (!head || !part || layerOf(project, id).locked) return;
  const free = (index: number): boolean => !project.lockedBars.includes(index) && (!span || (index >= span.first && index <= span.last));
  const seed = Math.floor(Math.random() * 2 ** 31);
  tell(SignalKind.REGENERATED);
  await follow({
    kind: "regenerated",
    words: text(locale, "saidRegenerate", { part: part.name }),
    before: head.piece,
    keep: true,
    play: false,
    stream: (signal) => experts().arrange(request(head.piece, (each) => (each.id === id ? each.bars.filter((bar) => !free(bar.index)) : each.bars), { [id]: seed }), { signal }),
  });
}

/** Compose the bars of a part that hold nothing. */
export async function complete(id: string): Promise<void> {
  const head = headOf(get().project);
  const part = head?.piece.parts.find((each) => each.id === id);
  const { locale } = get();
  if (!head || !part) return;
  const full = part.bars.filter((bar) => bar.notes.length || bar.hits.length);
  if (full.length >= head.piece.length) {
    say(text(locale, "nothingToComplete"));
    return;
  }
  await follow({
    kind: "completed",
    words: text(locale, "saidComplete", { part: part.name }),
    before: head.piece,
    keep: true,
    play: false,
    stream: (signal) => experts().arrange(request(head.piece, (each) => (each.id === id ? full : each.bars)), { signal }),
  });
}

/** Add a part that follows the others. */
export async function addPart(role: Role, words: string): Promise<void> {
  const head = headOf(get().project);
  if (!head) return;
  const names = new Set(head.piece.parts.map((part) => part.id));
  const base = { [Role.MELODY]: "melody", [Role.BASS]: "bass", [Role.CHORDS]: "chords", [Role.ARPEGGIO]: "arpeggio", [Role.PAD]: "pad", [Role.DRUMS]: "drums" }[role as 1] ?? "part";
  let id = base;
  for (let number = 2; names.has(id); number++) id = `${base}_${number}`;
  const wanted = request(head.piece, (part) => part.bars);
  await follow({
    kind: "changed",
    words,
    before: head.piece,
    keep: true,
    play: false,
    stream: (signal) => experts().arrange({ ...wanted, parts: [...wanted.parts, { role, id }] }, { signal }),
  });
}

/** Change the piece by words; what they do not name stays as it is. */
export async function refine(instruction: string, shown = instruction, { finish, quiet }: Pick<Job, "finish" | "quiet"> = {}): Promise<boolean> {
  const { project, locale } = get();
  const head = headOf(project);
  if (!head) return false;
  set({ words: "" });
  const { piece } = head;
  const parts = piece.parts.filter((part) => part.bars.length);
  const versions: { tracks: ReturnType<typeof trackOf>[]; bpm: number }[] = [];
  for (let at = parentOf(head); at && versions.length < 4; at = parentOf(at)) {
    versions.unshift({ tracks: at.piece.parts.filter((part) => part.bars.length).map(trackOf), bpm: at.piece.bpm });
  }
  const version = await follow({
    kind: finish ? "changed" : "refined",
    refining: true,
    quiet: quiet ?? false,
    words: shown,
    before: piece,
    keep: true,
    play: false,
    finish: finish ?? ((made) => harmonyAfter(instruction, piece, made)),
    stream: (signal) =>
      experts().refine(
        {
          instruction,
          tracks: parts.map(trackOf),
          bpm: piece.bpm,
          ...(piece.intent && { intent: piece.intent }),
          lockedTracks: parts.filter((part) => layerOf(project, part.id).locked).map((part) => part.id),
          lockedBars: [...project.lockedBars],
          versions,
          locale,
          parentRequestId: piece.requestId,
        },
        { signal },
      ),
  });
  return version !== undefined;
}

function parentOf(version: Version): Version | undefined {
  return get().project.entries.find((entry): entry is Version => entry.type === "version" && entry.id === version.parent);
}
