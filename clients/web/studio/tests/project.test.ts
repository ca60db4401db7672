import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { DrumPiece } from "../src/contract";
import { NotAProject, projectIn, projectOut } from "../src/projects/stored";
import { chipsOf } from "../src/session/chips";
import { versionFrom } from "../src/session/pieces";
import { barOf, changed, emptied, emptyBars, freshId, identified, removed, stepsOf, withHit, withNote } from "../src/store/edit";
import { changedBars, emptyProject, layerOf, sectionsOf, sounds, withPart, type Part, type Project } from "../src/store/project";
import { recorded, recordedPiece } from "./recorded";

const PIECE = recordedPiece("house");
const part = (id: string): Part => PIECE.parts.find((each) => each.id === id)!;
const ids = (each: Part): number[] => each.bars.flatMap((bar) => [...bar.notes, ...bar.hits].map(({ id }) => id));

describe("editing", () => {
  const change = fc.record({ pitch: fc.integer({ min: -20, max: 150 }), step: fc.integer({ min: -5, max: 40 }), steps: fc.integer({ min: -5, max: 60 }), velocity: fc.integer({ min: -50, max: 300 }) }, { requiredKeys: [] });

  it("changes one note, keeps it possible, and leaves every other as it is", () => {
    fc.assert(
      fc.property(fc.nat(7), fc.nat(), change, (index, nth, what) => {
        const before = part("melody");
        const bar = before.bars[index]!;
        const note = bar.notes[nth % bar.notes.length]!;
        const after = changed(before, index, note.id, what);
        const now = after.bars[index]!;
        const found = now.notes.find(({ id }) => id === note.id)!;
        expect(found.startStep + found.durationSteps).toBeLessThanOrEqual(stepsOf(bar));
        expect(found.durationSteps).toBeGreaterThanOrEqual(1);
        expect(found.pitch >= 0 && found.pitch <= 127 && found.velocity >= 1 && found.velocity <= 127).toBe(true);
        const others = (notes: typeof now.notes) => notes.filter(({ id }) => id !== note.id).toSorted((one, other) => one.id - other.id);
        expect(others(now.notes)).toEqual(others(bar.notes));
        expect(after.bars.filter((_, at) => at !== index)).toEqual(before.bars.filter((_, at) => at !== index));
        expect(bar).toBe(before.bars[index]);
      }),
    );
  });

  it("adds with an id of its own, and removes only what is meant", () => {
    const before = part("bass");
    const bar = barOf(before, 2, undefined);
    const after = withNote(before, bar, { pitch: 40, step: 99, steps: 9, velocity: 90 });
    expect(new Set(ids(after)).size).toBe(ids(before).length + 1);
    expect(removed(after, 2, freshId(before)).bars[2]).toEqual(before.bars[2]);
    const hit = withHit(part("drums"), barOf(part("drums"), 0, undefined), DrumPiece.CLAP, 4, 90);
    expect(hit.bars[0]!.hits.some(({ piece, step, velocity }) => piece === DrumPiece.CLAP && step === 4 && velocity === 90)).toBe(true);
  });

  it("empties a bar, which is then there to be completed", () => {
    const after = emptied(part("melody"), 3);
    expect(emptyBars(after, 8)).toEqual([3]);
    expect(emptyBars(part("melody"), 10)).toEqual([8, 9]);
    expect(changedBars(PIECE, withPart(PIECE, after))).toEqual({ melody: 1 });
  });

  it("names what files leave without an id", () => {
    const nameless = { ...part("chords"), bars: part("chords").bars.map((bar) => ({ ...bar, notes: bar.notes.map((note) => ({ ...note, id: 0 })) })) };
    const named = ids(identified(nameless));
    expect(new Set(named).size).toBe(named.length);
    expect(named).not.toContain(0);
  });
});

describe("layers", () => {
  it("sound unless they are muted, or another one is alone", () => {
    const project: Project = { ...emptyProject(0), layers: { bass: { ...layerOf(emptyProject(0), "bass"), solo: true, muted: true } } };
    expect(sounds(project, "bass")).toBe(true);
    expect(sounds(project, "drums")).toBe(false);
    expect(sounds(emptyProject(0), "drums")).toBe(true);
  });
});

describe("what was understood", () => {
  it("is solid where it was said, with the words that said it, and dashed where it was chosen", () => {
    const chips = chipsOf(PIECE, "fr", { "scale:minor": "mineur", "style:house": "house" });
    const of = (slot: string) => chips.find((chip) => chip.slot === slot)!;
    expect(of("key")).toEqual({ slot: "key", value: "La mineur", said: true, words: "la mineur" });
    expect(of("bpm")).toMatchObject({ value: "124", said: true });
    expect(of("swing").said).toBe(false);
    expect(of("bars").value).toBe("8");
    expect(chips.findIndex((chip) => !chip.said)).toBe(chips.filter((chip) => chip.said).length);
  });

  it("is solid once it was set by hand", () => {
    const chips = chipsOf({ ...PIECE, overrides: { ...PIECE.overrides, density: 3 } }, "en", {});
    expect(chips.find((chip) => chip.slot === "density")).toMatchObject({ said: true, words: "" });
  });

  it("has a form where sections are named", () => {
    expect(sectionsOf(PIECE)).toEqual([]);
    const sections = [{ kind: "intro", bars: 2 }, { kind: "chorus", bars: 4, letter: "A" }].map((each) => ({ letter: "", energy: 0, words: "", $typeName: "boumbapp.music.v2.IntentSection" as const, ...each }));
    const formed = sectionsOf({ ...PIECE, intent: { ...PIECE.intent!, sections } });
    expect(formed).toEqual([{ bar: 0, bars: 2, kind: "intro", letter: "" }, { bar: 2, bars: 4, kind: "chorus", letter: "A" }]);
  });
});

describe("keeping", () => {
  const started = recorded("house").flatMap((event) => (event.kind === "started" ? [event.started] : []))[0]!;
  const first = versionFrom({ kind: "composed", words: "house", piece: PIECE, explanation: started.explanation, knowHow: started.knowHow, firstBarMs: 41 }, undefined);
  const second = versionFrom({ kind: "edited", words: "à la main", parent: first.id, piece: withPart(PIECE, emptied(part("melody"), 3)) }, PIECE);
  const project: Project = {
    ...emptyProject(12),
    title: "été",
    entries: [first, { type: "refusal", id: "r", at: 3, words: "reverb", message: "non", again: false }, second],
    head: second.id,
    lockedBars: [1, 2],
    layers: { bass: { muted: true, solo: false, volume: 0.4, locked: true } },
    chat: [{ id: "c", question: "?", sentences: [{ text: "!", cited: [{ slug: "a", title: "b", heading: "c" }] }], examples: [], notices: [], near: [], state: "done" }],
  };

  it("gives back all of it, and bars that versions share once", () => {
    const kept = JSON.parse(JSON.stringify(projectOut(project)));
    expect(projectIn(kept)).toEqual(project);
    expect(kept.bars.length).toBe(33);
  });

  it("refuses what is no project, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => projectIn(value)).toThrow(NotAProject);
      }),
    );
  });

  it("reads or refuses whatever became of a project", () => {
    const kept = JSON.stringify(projectOut(project));
    const paths = Object.keys(JSON.parse(kept));
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        try {
          projectIn({ ...JSON.parse(kept), [path]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(NotAProject);
        }
      }),
      { numRuns: 60 },
    );
  });
});
