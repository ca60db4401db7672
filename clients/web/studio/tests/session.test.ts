// Composing, refining and steering, on streams that the real mesh told.

import type { ComposingEvent, Experts } from "@boumbapp/experts";
import { ExpertsError } from "@boumbapp/experts";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Source } from "../src/contract";
import { addAt, changePointed } from "../src/session/editing";
import { complete, compose, recompose, refine, regenerate } from "../src/session/composing";
import { changeTempo } from "../src/session/chips";
import { setExperts } from "../src/session/experts";
import { rate } from "../src/session/opinions";
import { headOf, type Version } from "../src/store/project";
import { changeLayer, changeProject, compare, get, goTo, initialState, redo, set, undo } from "../src/store/store";
import { recorded } from "./recorded";

vi.mock("../src/session/playing", () => ({ playFromStart: () => Promise.resolve(), stopPlaying: () => undefined }));

type Call = Record<string, unknown> & { parts?: { id: string; givenBars?: { index: number }[]; seed?: number }[]; lockedTracks?: string[] };

const calls: Call[] = [];

async function* told(events: readonly ComposingEvent[], call: unknown): AsyncGenerator<ComposingEvent, void, undefined> {
  calls.push(call as Call);
  for (const event of events) yield await Promise.resolve(event);
}

/** Experts that tell what was recorded; what is not asked for in these tests fails. */
function replaying(over: Partial<Experts> = {}): void {
  const [first] = recorded("house");
  const intent = first?.kind === "started" ? first.started.intent : undefined;
  setExperts({
    arrange: (call: unknown) => told(recorded("house"), call),
    refine: (call: unknown) => told(recorded("refine"), call),
    analyse: () => Promise.resolve({ intent: { ...intent, evidence: intent?.evidence.map((each) => ({ ...each, source: Source.DEFAULT })) } }),
    suggest: () => Promise.reject(new Error("away")),
    signal: () => Promise.resolve(),
    ...over,
  } as unknown as Experts);
}

const head = (): Version => headOf(get().project)!;
const bars = (part: string) => head().piece.parts.find(({ id }) => id === part)!.bars;

beforeEach(() => {
  set({ ...initialState(0), locale: "fr" });
  calls.length = 0;
  replaying();
});

describe("composing", () => {
  it("makes a version of everything that came", async () => {
    const lengths: number[] = [];
    await compose("boucle house 124 en la mineur");
    lengths.push(head().piece.length);
    expect(head()).toMatchObject({ kind: "composed", parent: null, words: "boucle house 124 en la mineur" });
    expect(head().piece.parts.map(({ id, bars: each }) => [id, each.length])).toEqual([["melody", 8], ["chords", 8], ["bass", 8], ["drums", 8]]);
    expect(head().explanation).toMatch(/La mineur/);
    expect(get()).toMatchObject({ draft: null, mode: "change" });
    expect(lengths).toEqual([8]);
  });

  it("never leaves the stage without a piece on the way", async () => {
    const empty: boolean[] = [];
    const done = compose("house");
    while (get().draft) {
      empty.push(!get().draft?.piece);
      await Promise.resolve();
    }
    await done;
    expect(empty).not.toContain(true);
    expect(headOf(get().project)).toBeDefined();
  });

  it("asks for the one part that the words name, and for a band otherwise", async () => {
    replaying({ analyse: () => Promise.resolve({ intent: { parts: [{ role: 2 }], evidence: [] } }) } as unknown as Partial<Experts>);
    await compose("basse");
    expect(calls[0]!.parts).toEqual([{ role: 2 }]);
    replaying();
    await compose("toute une boucle");
    expect(calls[1]!.parts).toEqual([]);
  });

  it("keeps what it refused in the conversation, and what was there on the stage", async () => {
    await compose("house");
    const before = head();
    const error = new ExpertsError({ kind: "refused", code: "NOT_DONE_HERE", message: "instruction : « reverb » ne se change pas ici.", locale: "fr", metadata: { field: "instruction" } });
    // eslint-disable-next-line require-yield
    replaying({ refine: async function* () { throw error; } });
    await refine("plus de reverb");
    expect(head()).toBe(before);
    expect(get().project.entries.at(-1)).toMatchObject({ type: "refusal", words: "plus de reverb", message: "« reverb » ne se change pas ici.", again: false });
  });
});

describe("refining", () => {
  it("changes what came back changed, and leaves every other bar the same object", async () => {
    await compose("house");
    const before = new Map(head().piece.parts.map((part) => [part.id, part.bars]));
    await refine("basse une octave plus haut");
    expect(head()).toMatchObject({ kind: "refined", changed: { bass: 8 }, edits: ["une octave plus haut"] });
    for (const part of ["melody", "chords", "drums"]) bars(part).forEach((bar, at) => expect(bar).toBe(before.get(part)![at]));
    expect(bars("bass")[0]!.notes[0]!.pitch).toBe(before.get("bass")![0]!.notes[0]!.pitch + 12);
    expect([...get().altered.bars].every((key) => key.startsWith("bass:"))).toBe(true);
  });

  it("sends locks and the versions before", async () => {
    await compose("house");
    changeLayer("drums", { locked: true });
    changeProject((project) => ({ ...project, lockedBars: [2] }));
    await refine("plus fort");
    await refine("annule");
    expect(calls[1]).toMatchObject({ lockedTracks: ["drums"], lockedBars: [2], versions: [] });
    expect(calls[2]!["versions"]).toHaveLength(1);
  });
});

describe("steering", () => {
  it("gives what is locked, and composes the rest with the same seed", async () => {
    await compose("house");
    changeLayer("drums", { locked: true });
    changeProject((project) => ({ ...project, lockedBars: [3] }));
    await recompose({ ...head().piece.overrides, style: "techno" }, "style : techno");
    const [, call] = calls;
    expect(call).toMatchObject({ seed: 7, overrides: { style: "techno", bars: 8 } });
    const given = Object.fromEntries(call!.parts!.map(({ id, givenBars }) => [id, givenBars!.map(({ index }) => index)]));
    expect(given).toEqual({ melody: [3], chords: [3], bass: [3], drums: [0, 1, 2, 3, 4, 5, 6, 7] });
    expect(head()).toMatchObject({ kind: "changed", words: "style : techno" });
  });

  it("makes one part again, in the chosen bars alone", async () => {
    await compose("house");
    await regenerate("bass", { first: 2, last: 4 });
    const given = Object.fromEntries(calls[1]!.parts!.map(({ id, givenBars }) => [id, givenBars!.length]));
    expect(given).toEqual({ melody: 8, chords: 8, bass: 5, drums: 8 });
    expect(calls[1]!.parts!.filter(({ seed }) => seed !== undefined).map(({ id }) => id)).toEqual(["bass"]);
    changeLayer("bass", { locked: true });
    await regenerate("bass", null);
    expect(calls).toHaveLength(2);
  });

  it("moves nothing but the tempo when the tempo is changed", async () => {
    await compose("house");
    const before = head().piece.parts;
    changeTempo(140);
    expect(head().piece.bpm).toBe(140);
    head().piece.parts.forEach((part, at) => expect(part.bars).toBe(before[at]!.bars));
    expect(calls).toHaveLength(1);
    changeTempo(10_000);
    expect(head().piece.bpm).toBe(140);
  });

  it("completes the bars that hold nothing", async () => {
    await compose("house");
    await complete("melody");
    expect(get().toast?.text).toMatch(/Videz/);
    changeProject((project) => ({ ...project, entries: project.entries.map((entry) => entry.type === "version" ? { ...entry, piece: { ...entry.piece, length: 10 } } : entry) }));
    await complete("melody");
    expect(calls[1]!.parts!.find(({ id }) => id === "melody")!.givenBars).toHaveLength(8);
  });
});

describe("versions", () => {
  it("are gone back to, forth, compared, and branched from", async () => {
    await compose("house");
    const first = head();
    await refine("plus fort");
    const second = head();
    undo();
    expect(head()).toBe(first);
    redo();
    expect(head()).toBe(second);
    compare();
    expect(get().compared).toBe(first.id);
    expect(head()).toBe(second);
    compare();
    expect(get().compared).toBeNull();
    goTo(first.id);
    changeTempo(90);
    expect(head().parent).toBe(first.id);
    undo();
    undo();
    expect(head()).toBe(first);
  });

  it("hold a run of small edits as one, and nothing of what is locked", async () => {
    await compose("house");
    const note = bars("melody")[0]!.notes[0]!;
    const pointed = { part: "melody", bar: 0, id: note.id };
    changePointed(pointed, { pitch: note.pitch + 1 });
    changePointed(pointed, { pitch: note.pitch + 2 });
    addAt("melody", 0, 15, 70, 4, false);
    expect(get().project.entries).toHaveLength(2);
    expect(head()).toMatchObject({ kind: "edited", changed: { melody: 1 } });
    expect(bars("melody")[0]!.notes.find(({ id }) => id === get().pointed!.id)).toMatchObject({ pitch: 70, durationSteps: 1 });
    changeLayer("melody", { locked: true });
    changePointed(pointed, { pitch: 1 });
    expect(get().project.entries).toHaveLength(2);
    expect(get().toast?.text).toMatch(/mélodie/);
  });
});

describe("rating", () => {
  it("waits for the journal to know the piece", async () => {
    vi.useFakeTimers();
    let asked = 0;
    const early = new ExpertsError({ kind: "refused", code: "NO_SUCH_PIECE", message: "request_id: none" });
    replaying({ rate: () => (++asked < 3 ? Promise.reject(early) : Promise.resolve({})) } as unknown as Partial<Experts>);
    await compose("house");
    const rating = rate(head(), 4, "");
    await vi.advanceTimersByTimeAsync(2000);
    await rating;
    vi.useRealTimers();
    expect(asked).toBe(3);
    expect(head().stars).toBe(4);
  });

  it("is taken back where the journal refuses it", async () => {
    await compose("house");
    replaying({ rate: () => Promise.reject(new ExpertsError({ kind: "refused", code: "NO_USER", message: "no" })) } as unknown as Partial<Experts>);
    await rate(head(), 5, "");
    expect(head().stars).toBe(0);
    expect(get().toast?.text).toBe("No");
  });
});
