// Bars as other forms: events of Tone.js, MIDI files, and tokens as far as a page reads them.

import { create } from "@bufbuild/protobuf";
import { BarSchema, DrumPiece, Role, type Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import midi from "@tonejs/midi";
import { describe, expect, it, vi } from "vitest";
import { midiFile } from "../src/midi.ts";
import { sounding, toneEvents } from "../src/sounding.ts";
import { secondsLeft, TokenSource } from "../src/token.ts";

const METER = { beats: 4, beatUnit: 4 };
const bass: Bar[] = [
  create(BarSchema, {
    index: 0,
    meter: METER,
    notes: [
      { pitch: 36, startStep: 0, durationSteps: 4, velocity: 100 },
      { pitch: 38, startStep: 6, durationSteps: 2, velocity: 80, offsetTicks: 40, releaseTicks: -20 },
      { pitch: 43, startStep: 12, durationSteps: 4, velocity: 90, glide: { fromPitch: 36, lengthTicks: 120 } },
    ],
  }),
  create(BarSchema, {
    index: 1,
    meter: METER,
    bpm: 60,
    notes: [{ pitch: 43, startStep: 0, durationSteps: 4, velocity: 1, tied: true }],
  }),
];
const drums: Bar[] = [
  create(BarSchema, {
    index: 0,
    meter: METER,
    hits: [
      { piece: DrumPiece.KICK, step: 0, velocity: 110 },
      { piece: DrumPiece.SNARE, step: 4, velocity: 100, articulation: { case: "flam", value: { leadTicks: 30, velocity: 40 } } },
      { piece: DrumPiece.CLOSED_HAT, step: 8, velocity: 90, articulation: { case: "roll", value: { strokes: 3, spanTicks: 120, lastVelocity: 30 } } },
    ],
  }),
];

describe("events of Tone.js", () => {
  it("have micro-timing, ties, tempo and glides inside", () => {
    const events = toneEvents(bass, 125); // a tick is a millisecond
    expect(events.map(({ time, midi: key }) => [time, key])).toEqual([
      [0, 36],
      [expect.closeTo(0.76, 9), 38],
      [expect.closeTo(1.44, 9), 43],
    ]);
    expect(events[1]?.duration).toBeCloseTo(0.96 - 0.02 - 0.76, 9);
    expect(events[2]?.duration).toBeCloseTo(0.48 + 1, 9); // a quarter at 125, and a tied one at 60
    expect(events[2]?.glide).toEqual({ midi: 36, seconds: expect.closeTo(0.12, 9) });
  });

  it("strike flams and rolls on the keys of General MIDI", () => {
    const events = toneEvents(drums, 125);
    expect(events.map(({ time, midi: key }) => [Math.round(time * 1000), key])).toEqual([
      [0, 36],
      [450, 38],
      [480, 38],
      [960, 42],
      [1000, 42],
      [1040, 42],
    ]);
  });
});

describe("a MIDI file", () => {
  it("has every onset and release on its tick, as another reader finds them", () => {
    const file = new midi.Midi(midiFile([{ name: "basse", role: Role.BASS, program: 33, bars: bass }, { name: "batterie", role: Role.DRUMS, bars: drums }], 125));
    expect(file.header.ppq).toBe(480);
    expect(file.header.tempos.map(({ bpm, ticks }) => [ticks, Math.round(bpm)])).toEqual([[0, 125], [1920, 60]]);
    const [one, two] = file.tracks;
    expect(one?.instrument.number).toBe(33);
    expect(one?.notes.map(({ midi: key, ticks, durationTicks }) => [key, ticks, durationTicks])).toEqual([
      [36, 0, 480],
      [38, 760, 180],
      [43, 1440, 960],
    ]);
    expect(one?.notes.map(({ time }) => time)).toEqual(sounding(bass, 125).notes.map(({ onset }) => expect.closeTo(onset, 3)));
    expect(one?.pitchBends.at(0)?.value).toBeCloseTo(-7 / 48, 2);
    expect(one?.pitchBends.at(-1)?.value).toBe(0);
    expect(two?.channel).toBe(9);
    expect(two?.notes).toHaveLength(6);
  });
});

const jwt = (exp: number): string => `h.${btoa(JSON.stringify({ exp }))}.s`;

describe("a token", () => {
  it("is asked for once by calls at the same time, and again before it expires", async () => {
    const now = Date.now() / 1000;
    const provide = vi.fn().mockResolvedValueOnce(jwt(now + 5)).mockResolvedValueOnce(jwt(now + 600));
    const tokens = new TokenSource(provide);
    const [one, other] = await Promise.all([tokens.get(), tokens.get()]);
    expect(one).toBe(other);
    expect(await tokens.get()).toBe(jwt(now + 600)); // the first has 5 s left
    expect(await tokens.get()).toBe(jwt(now + 600));
    expect(provide.mock.calls).toEqual([[false], [true]]);
  });

  it("that was refused is renewed once, however many calls it was refused to", async () => {
    const provide = vi.fn().mockResolvedValueOnce("first").mockResolvedValueOnce("second");
    const tokens = new TokenSource(provide);
    await tokens.get();
    expect(await Promise.all([tokens.renew("first"), tokens.renew("first")])).toEqual(["second", "second"]);
    expect(await tokens.renew("first")).toBe("second");
    expect(provide).toHaveBeenCalledTimes(2);
  });

  it("tells when it expires, if it does", () => {
    expect(secondsLeft(jwt(1000), 990_000)).toBe(10);
    expect(secondsLeft("opaque")).toBe(Infinity);
    expect(secondsLeft("a.%%%.c")).toBe(Infinity);
  });
});
