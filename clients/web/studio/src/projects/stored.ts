/** A project as it is kept: JSON, with the contract's messages in their own JSON form, so that newer pages read older ones. */
import { fromJson, toJson, type DescMessage, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import { KnowHowSchema } from "@boumbapp/contract/boumbapp/music/v2/events_pb";

import { BarPlanSchema, BarSchema, CorrectionSchema, IntentOptionsSchema, IntentSchema, NoticeSchema, SwingSchema, TrackSchema, type Bar } from "../contract";
import { PLAIN_LAYER, type Entry, type Layer, type Part, type Piece, type Project, type Turn, type Version } from "../store/project";

/** Raised by one when older pages could not read what is kept. */
export const FORM = 1;

type Json = { readonly [key: string]: JsonValue };

/** Bars of several versions are mostly the same ones: each is kept once, and told by its place. */
class Bars {
  readonly all: JsonValue[] = [];
  readonly #places = new Map<Bar, number>();

  place(bar: Bar): number {
    let place = this.#places.get(bar);
    if (place === undefined) {
      place = this.all.push(toJson(BarSchema, bar)) - 1;
      this.#places.set(bar, place);
    }
    return place;
  }
}

function pieceOut(piece: Piece, bars: Bars): Json {
  return {
    prompt: piece.prompt,
    bpm: piece.bpm,
    length: piece.length,
    seed: piece.seed,
    requestId: piece.requestId,
    overrides: toJson(IntentOptionsSchema, piece.overrides),
    plans: piece.plans.map((plan) => toJson(BarPlanSchema, plan)),
    ...(piece.intent && { intent: toJson(IntentSchema, piece.intent) }),
    ...(piece.swing && { swing: toJson(SwingSchema, piece.swing) }),
    parts: piece.parts.map((part) => ({
      id: part.id,
      name: part.name,
      role: part.role,
      ...(part.program !== undefined && { program: part.program }),
      bars: part.bars.map((bar) => bars.place(bar)),
    })),
  };
}

function entryOut(entry: Entry, bars: Bars): Json {
  if (entry.type === "refusal") return { ...entry };
  const { piece, notices, corrections, knowHow, firstBarMs, ...plain } = entry;
  return {
    ...plain,
    edits: [...plain.edits],
    suggestions: [...plain.suggestions],
    changed: { ...plain.changed },
    ...(firstBarMs !== undefined && { firstBarMs }),
    piece: pieceOut(piece, bars),
    notices: notices.map((notice) => toJson(NoticeSchema, notice)),
    knowHow: knowHow.map((page) => toJson(KnowHowSchema, page)),
    corrections: corrections.map(({ part, bar, correction }) => ({ part, bar, correction: toJson(CorrectionSchema, correction) })),
  };
}

/** A project as JSON. */
export function projectOut(project: Project): Json {
  const bars = new Bars();
  const entries = project.entries.map((entry) => entryOut(entry, bars));
  return {
    form: FORM,
    id: project.id,
    title: project.title,
    head: project.head,
    updated: project.updated,
    layers: Object.fromEntries(Object.entries(project.layers).map(([part, layer]) => [part, { ...layer }])),
    lockedBars: [...project.lockedBars],
    entries,
    chat: project.chat.map((turn) => ({
      ...turn,
      sentences: turn.sentences.map((sentence) => ({ text: sentence.text, cited: sentence.cited.map((each) => ({ ...each })) })),
      notices: [...turn.notices],
      near: turn.near.map((each) => ({ ...each })),
      examples: turn.examples.map(({ track, ...rest }) => ({ ...rest, track: toJson(TrackSchema, track) })),
    })),
    bars: bars.all,
  };
}

/** What is kept is no project that this page can read. */
export class NotAProject extends Error {
  override readonly name = "NotAProject";
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new NotAProject("an object is missing");
  return value as Record<string, unknown>;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new NotAProject("a list is missing");
  return value;
}

const string = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown, usual = 0): number => (typeof value === "number" && Number.isFinite(value) ? value : usual);
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : []);

function message<Schema extends DescMessage>(schema: Schema, value: unknown): MessageShape<Schema> {
  try {
    return fromJson(schema, value as JsonValue, { ignoreUnknownFields: true });
  } catch (error) {
    throw new NotAProject(String(error));
  }
}

function pieceIn(value: unknown, bars: readonly Bar[]): Piece {
  const kept = record(value);
  return {
    prompt: string(kept["prompt"]),
    bpm: number(kept["bpm"], 120),
    length: Math.min(Math.max(number(kept["length"]), 0), 1024),
    seed: number(kept["seed"]),
    requestId: string(kept["requestId"]),
    overrides: message(IntentOptionsSchema, kept["overrides"] ?? {}),
    plans: list(kept["plans"]).map((plan) => message(BarPlanSchema, plan)),
    intent: kept["intent"] === undefined ? undefined : message(IntentSchema, kept["intent"]),
    swing: kept["swing"] === undefined ? undefined : message(SwingSchema, kept["swing"]),
    parts: list(kept["parts"]).map((each): Part => {
      const part = record(each);
      const program = part["program"];
      return {
        id: string(part["id"]),
        name: string(part["name"]),
        role: number(part["role"]),
        program: typeof program === "number" ? program : undefined,
        bars: list(part["bars"]).flatMap((place) => bars[number(place, -1)] ?? []),
      };
    }),
  };
}

const KINDS: readonly string[] = ["composed", "refined", "changed", "regenerated", "completed", "edited", "imported"] satisfies readonly Version["kind"][];

function entryIn(value: unknown, bars: readonly Bar[]): Entry {
  const kept = record(value);
  const [id, at, words] = [string(kept["id"]), number(kept["at"]), string(kept["words"])];
  if (kept["type"] === "refusal") return { type: "refusal", id, at, words, message: string(kept["message"]), again: kept["again"] === true };
  const kind = string(kept["kind"]);
  return {
    type: "version",
    id,
    at,
    words,
    parent: typeof kept["parent"] === "string" ? kept["parent"] : null,
    kind: (KINDS.includes(kind) ? kind : "edited") as Version["kind"],
    piece: pieceIn(kept["piece"], bars),
    explanation: string(kept["explanation"]),
    edits: strings(kept["edits"]),
    suggestions: strings(kept["suggestions"]),
    notices: list(kept["notices"]).map((notice) => message(NoticeSchema, notice)),
    knowHow: list(kept["knowHow"] ?? []).map((page) => message(KnowHowSchema, page)),
    corrections: list(kept["corrections"]).map((each) => {
      const { part, bar, correction } = record(each);
      return { part: string(part), bar: number(bar), correction: message(CorrectionSchema, correction) };
    }),
    changed: Object.fromEntries(Object.entries(record(kept["changed"] ?? {})).map(([part, bars_]) => [part, number(bars_)])),
    firstBarMs: typeof kept["firstBarMs"] === "number" ? kept["firstBarMs"] : undefined,
    stars: number(kept["stars"]),
    comment: string(kept["comment"]),
  };
}

function layerIn(value: unknown): Layer {
  const { muted, solo, volume, locked } = record(value);
  return { muted: muted === true, solo: solo === true, locked: locked === true, volume: Math.min(Math.max(number(volume, PLAIN_LAYER.volume), 0), 1) };
}

function turnIn(value: unknown): Turn {
  const kept = record(value);
  const state = string(kept["state"]);
  const pairs = (each: unknown): { slug: string; title: string; heading: string } => {
    const { slug, title, heading } = record(each);
    return { slug: string(slug), title: string(title), heading: string(heading) };
  };
  return {
    id: string(kept["id"]),
    question: string(kept["question"]),
    sentences: list(kept["sentences"]).map((each) => {
      const { text, cited } = record(each);
      return { text: string(text), cited: list(cited).map(pairs) };
    }),
    examples: list(kept["examples"]).map((each) => {
      const { track, bpm, title, prompt } = record(each);
      return { track: message(TrackSchema, track), bpm: number(bpm, 120), title: string(title), prompt: string(prompt) };
    }),
    notices: strings(kept["notices"]),
    near: list(kept["near"]).map(pairs),
    state: state === "refused" || state === "failed" ? state : "done",
  };
}

/**
 * Read a project.
 *
 * @param value What `projectOut` made, from this page, an older one, or a file.
 * @throws NotAProject When it is something else.
 */
export function projectIn(value: unknown): Project {
  const kept = record(value);
  if (kept["form"] !== FORM) throw new NotAProject("another form");
  const bars = list(kept["bars"]).map((bar) => message(BarSchema, bar));
  const entries = list(kept["entries"]).map((entry) => entryIn(entry, bars));
  const head = entries.find((entry) => entry.type === "version" && entry.id === kept["head"]);
  return {
    id: string(kept["id"]) || crypto.randomUUID(),
    title: string(kept["title"]),
    entries,
    head: head?.id ?? null,
    layers: Object.fromEntries(Object.entries(record(kept["layers"])).map(([part, layer]) => [part, layerIn(layer)])),
    lockedBars: list(kept["lockedBars"]).map((bar) => number(bar)),
    chat: list(kept["chat"] ?? []).map(turnIn),
    updated: number(kept["updated"]),
  };
}
