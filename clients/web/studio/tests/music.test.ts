import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BarPlanSchema, BarSchema, KeySchema, MeterSchema, Role } from "../src/contract";
import { degreeOf, inScale, nextInScale } from "../src/music/degrees";
import { chordText, printed, spell, spoken } from "../src/music/names";
import { barAt, barTicks, placeOf, timelineOf } from "../src/music/time";
import { boxOf, rowAt, shapeAt, tickAt, xOf, type View } from "../src/roll/geometry";
import { noteTowards } from "../src/roll/lane-keys";
import { rowsOf, shapesOf } from "../src/roll/shapes";
import { recordedPiece } from "./recorded";

const MINOR = create(BarPlanSchema, { key: create(KeySchema, { tonic: "A", scale: "minor" }), tonic: 9, pitchClasses: 2741 });
const meter = (beats: number, beatUnit: number) => create(MeterSchema, { beats, beatUnit });

describe("degrees", () => {
  it("follow the spelling", () => {
    expect(degreeOf({ pitch: 69, name: "A4" }, MINOR)).toEqual({ number: 1, outside: false });
    expect(degreeOf({ pitch: 72, name: "C5" }, MINOR)).toEqual({ number: 3, outside: false });
    expect(degreeOf({ pitch: 68, name: "G#4" }, MINOR)).toEqual({ number: 7, outside: true });
    expect(degreeOf({ pitch: 68, name: "Ab4" }, MINOR)).toEqual({ number: 1, outside: true });
  });

  it("are found out where nothing is spelled", () => {
    for (let pitch = 57; pitch < 69; pitch++) {
      const { number, outside } = degreeOf({ pitch, name: "" }, MINOR);
      expect(outside).toBe(!inScale(pitch, MINOR));
      expect(number).toBeGreaterThanOrEqual(1);
      expect(number).toBeLessThanOrEqual(7);
    }
    expect([57, 59, 60, 62, 64, 65, 67].map((pitch) => degreeOf({ pitch, name: "" }, MINOR).number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("are stepped through within the scale", () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 115 }), fc.constantFrom(1 as const, -1 as const), (pitch, direction) => {
        const next = nextInScale(pitch, direction, MINOR);
        expect(inScale(next, MINOR)).toBe(true);
        expect(Math.sign(next - pitch)).toBe(direction);
        expect(Math.abs(next - pitch)).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe("names", () => {
  it("are printed and spoken as people do", () => {
    expect(printed("Bb3", "en")).toBe("B♭3");
    expect(printed("Bb3", "fr")).toBe("Si♭3");
    expect(spoken("F#4", "en")).toBe("F sharp 4");
    expect(spoken("Eb-1", "fr")).toBe("Mi bémol -1");
    expect(chordText("Bbm7b5/Ab")).toBe("B♭m7♭5/A♭");
    expect(chordText("F#maj7")).toBe("F♯maj7");
  });

  it("are spelled with flats in flat keys", () => {
    expect(spell(63, create(KeySchema, { tonic: "G", scale: "minor" }))).toBe("Eb4");
    expect(spell(63, create(KeySchema, { tonic: "E", scale: "major" }))).toBe("D#4");
  });
});

describe("time", () => {
  const bars = [create(BarSchema, { index: 0, meter: meter(4, 4) }), create(BarSchema, { index: 1, meter: meter(6, 8) })];

  it("follows the metre of each bar", () => {
    const timeline = timelineOf([bars], 4);
    expect(timeline.starts).toEqual([0, 1920, 3360, 4800]);
    expect(timeline.end).toBe(6240);
    expect(barTicks(meter(7, 8))).toBe(1680);
    expect(placeOf(timeline, 1920 + 240)).toEqual({ bar: 2, beat: 2 });
    expect(barAt(timeline, 99999)).toBe(3);
    expect(timelineOf([bars], 4)).toBe(timeline);
  });
});

describe("shapes", () => {
  const piece = recordedPiece("house");
  const timeline = timelineOf(piece.parts.map((part) => part.bars), piece.length);
  const part = (id: string) => piece.parts.find((each) => each.id === id)!;
  const of = (id: string) => shapesOf(part(id), piece, timeline);
  const view = (id: string, extra: Partial<View> = {}): View => ({ scale: 0.1, scrolled: 0, width: 900, height: 200, rows: rowsOf(part(id), of(id)), ...extra });

  it("are all the notes of what was composed, in the order of time", () => {
    for (const { id, bars } of piece.parts) {
      const shapes = of(id);
      expect(shapes.length).toBe(bars.reduce((sum, bar) => sum + bar.notes.length + bar.hits.length, 0));
      expect(shapes.every((shape, at) => at === 0 || shapes[at - 1]!.start <= shape.start)).toBe(true);
      expect(of(id)).toBe(shapes);
    }
    expect(piece.parts.map((each) => each.role)).toEqual([Role.MELODY, Role.CHORDS, Role.BASS, Role.DRUMS]);
  });

  it("are found where they are drawn, at every zoom and scroll", () => {
    fc.assert(
      fc.property(fc.constantFrom("melody", "chords", "bass", "drums"), fc.nat(), fc.double({ min: 0.02, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4000 }), (id, nth, scale, scrolled) => {
        const shapes = of(id);
        const shape = shapes[nth % shapes.length]!;
        const seen = view(id, { scale, scrolled, width: 1e6 });
        const box = boxOf(seen, shape)!;
        if (box.x < 0) return;
        const found = shapeAt(seen, shapes, box.x + box.width / 2, box.y + box.height / 2, 0.5)!;
        expect(found.pitch).toBe(shape.pitch);
        expect(Math.abs(tickAt(seen, xOf(seen, shape.start)) - shape.start)).toBeLessThan(1e-3);
        expect(rowAt(seen, box.y + box.height / 2)).toBe(shape.pitch);
      }),
    );
  });

  it("have a row each, with room for an octave at least", () => {
    for (const { id } of piece.parts) {
      const rows = rowsOf(part(id), of(id));
      for (const shape of of(id)) expect(rows).toContain(shape.pitch);
      if (id !== "drums") expect(rows.length).toBeGreaterThanOrEqual(12);
    }
  });

  it("are gone through by arrows without leaving one out", () => {
    const shapes = of("chords");
    let current = noteTowards("ArrowRight", shapes, undefined);
    const seen = [current];
    for (let step = 1; step < shapes.length; step++) seen.push((current = noteTowards("ArrowRight", shapes, current)));
    expect(seen).toEqual(shapes);
    expect(noteTowards("ArrowRight", shapes, shapes.at(-1))).toBe(shapes.at(-1));
    expect(noteTowards("ArrowDown", shapes, shapes[0])!.bar).toBe(1);
    expect(noteTowards("ArrowUp", shapes, noteTowards("End", shapes, undefined))!.bar).toBe(6);
    expect(noteTowards("ArrowLeft", [], undefined)).toBeUndefined();
  });
});
