// The transport on a clock of its own: what is struck when, whatever happens meanwhile.

import { create } from "@bufbuild/protobuf";
import { BarSchema, Role, type Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { describe, expect, it } from "vitest";
import { Player } from "../src/audio/player.ts";
import { Score } from "../src/audio/score.ts";

interface Struck {
  part: string;
  at: number;
  key: number;
  release: number;
  line: number;
}

/** Quarter notes on one key. */
function quarters(index: number, key = 40, extra: Partial<{ offsetTicks: number; bpm: number }> = {}): Bar {
  const { bpm, ...timing } = extra;
  return create(BarSchema, {
    index,
    meter: { beats: 4, beatUnit: 4 },
    ...(bpm !== undefined && { bpm }),
    notes: [0, 4, 8, 12].map((startStep) => ({ pitch: key, startStep, durationSteps: 2, velocity: 90, ...timing })),
  });
}

class Studio {
  now = 10;
  struck: Struck[] = [];
  readonly score: Score;
  readonly player: Player;

  constructor(bars: readonly Bar[], expected: number, bpm = 120) {
    this.score = new Score({ bpm, bars: expected, parts: [{ id: "bass", role: Role.BASS, bars }] });
    this.player = new Player(
      this.score,
      { now: () => this.now, latency: () => 0 },
      {
        prepare: () => {},
        strike: (part, at, { key, release, line }) => this.struck.push({ part, at, key, release, line }),
        cut: (part, at) => {
          this.struck = this.struck.filter((each) => Math.max(each.at, each.line) < at || (part !== null && each.part !== part));
        },
      },
      () => {},
    );
  }

  put(bar: Bar): void {
    this.player.put("bass", bar.index, this.score.put("bass", bar));
  }

  /** Let time go on, with the player asked to work every so often. */
  run(seconds: number, every = 0.05): void {
    for (const end = this.now + seconds; this.now < end - 1e-9; ) {
      this.now += every;
      this.player.pump();
    }
  }

  onsets(): number[] {
    return this.struck.map(({ at }) => at).toSorted((one, other) => one - other);
  }
}

const eight = Array.from({ length: 8 }, (_, index) => quarters(index));
const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, at) => time - (times[at] ?? 0));

describe("the transport", () => {
  it.each([120, 174])("plays 64 bars at %d while they arrive, each onset in its place", (bpm) => {
    const studio = new Studio([], 64, bpm);
    studio.player.play();
    for (let index = 0; index < 64; index += 1) {
      studio.put(quarters(index));
      studio.run(0.02);
    }
    studio.run((64 * 240) / bpm + 1);
    const onsets = studio.onsets();
    expect(onsets).toHaveLength(256);
    for (const gap of gaps(onsets)) expect(gap).toBeCloseTo(60 / bpm, 9);
    expect(studio.player.counts).toEqual({ waits: 0, late: 0, anchored: 0 });
    expect(studio.player.state).toBe("stopped");
  });

  it("waits for a bar that is late, and goes on with nothing lost or doubled", () => {
    const studio = new Studio([quarters(0)], 2);
    studio.player.play();
    studio.run(5);
    expect(studio.player.state).toBe("waiting");
    expect(studio.player.counts.waits).toBe(1);
    studio.put(quarters(1));
    studio.run(3);
    expect(studio.struck).toHaveLength(8);
    expect(studio.player.counts.late).toBe(0);
  });

  it("loops without drift", () => {
    const studio = new Studio(eight, 8, 174);
    studio.player.setLoop({ from: 2, to: 4 });
    studio.player.play();
    studio.run(600);
    for (const gap of gaps(studio.onsets())) expect(gap).toBeCloseTo(60 / 174, 8);
    const first = studio.onsets()[0] ?? 0;
    const thousandth = studio.onsets()[1000] ?? 0;
    expect(thousandth - first).toBeCloseTo((1000 * 60) / 174, 6);
  });

  it("plays a replaced bar from the next line on, once", () => {
    const studio = new Studio(eight, 8);
    studio.player.play();
    studio.run(2.5); // in the second bar
    const next = studio.player.nextBar();
    expect(next).toBe(2);
    for (let index = next; index < 8; index += 1) studio.put(quarters(index, 52));
    studio.run(20);
    expect(studio.struck.map(({ key }) => key)).toEqual([...Array(8).fill(40), ...Array(24).fill(52)]);
    for (const gap of gaps(studio.onsets())) expect(gap).toBeCloseTo(0.5, 9);
  });

  it("takes early notes back with their bar, and plays those of the new one", () => {
    const early = eight.map(({ index }) => quarters(index, 40, { offsetTicks: -24 }));
    const studio = new Studio(early, 8);
    studio.player.play();
    studio.run(2.5);
    for (let index = 2; index < 8; index += 1) studio.put(quarters(index, 52, { offsetTicks: -24 }));
    studio.run(20);
    expect(studio.struck.map(({ key }) => key)).toEqual([...Array(8).fill(40), ...Array(24).fill(52)]);
    for (const gap of gaps(studio.onsets()).slice(1)) expect(gap).toBeCloseTo(0.5, 9);
  });

  it("keeps what is early: swing, feel, and the note before the line", () => {
    const studio = new Studio([quarters(0), quarters(1, 40, { offsetTicks: -24 })], 2, 125);
    studio.player.play();
    studio.run(8);
    const [first = 0, ...rest] = studio.onsets();
    expect(rest.slice(3).map((at) => at - first)).toEqual(
      [1.92, 2.4, 2.88, 3.36].map((at) => expect.closeTo(at - 0.024, 9)),
    );
  });

  it("anchors again when the page was frozen, and strikes nothing late", () => {
    const studio = new Studio(eight, 8);
    studio.player.play();
    studio.run(2);
    studio.now += 30;
    studio.run(20);
    expect(studio.struck).toHaveLength(32);
    expect(studio.player.counts.anchored).toBe(1);
    expect(studio.player.counts.late).toBe(0);
  });

  it("goes on at once a second, as a hidden page may", () => {
    const studio = new Studio(eight, 8, 174);
    studio.player.play();
    studio.run(12, 0.95);
    for (const gap of gaps(studio.onsets())) expect(gap).toBeCloseTo(60 / 174, 9);
    expect(studio.player.counts.anchored).toBe(0);
  });

  it("pauses where it is and goes on from there", () => {
    const studio = new Studio(eight, 8);
    studio.player.play();
    studio.run(3.3);
    studio.player.pause();
    const struck = studio.struck.length;
    studio.run(5);
    expect(studio.struck).toHaveLength(struck);
    studio.player.play();
    studio.run(20);
    expect(studio.struck).toHaveLength(32);
  });

  it("changes tempo from the bar that it is told", () => {
    const studio = new Studio(eight, 8, 120);
    studio.player.play();
    studio.run(2.5);
    studio.score.tempo(60, studio.player.nextBar());
    studio.player.revise();
    studio.run(40);
    const between = gaps(studio.onsets());
    expect(between.slice(0, 7)).toEqual(Array(7).fill(expect.closeTo(0.5, 6)));
    expect(between.slice(8)).toEqual(Array(23).fill(expect.closeTo(1, 6)));
  });

  it("goes on at the same beat in another version", () => {
    const studio = new Studio(eight, 8);
    studio.player.play();
    studio.run(2.7);
    const bars = eight.map(({ index }) => quarters(index, 60));
    studio.player.load(new Score({ bpm: 120, bars: 8, parts: [{ id: "bass", role: Role.BASS, bars }] }), true);
    studio.run(20);
    expect(studio.struck).toHaveLength(32);
    for (const gap of gaps(studio.onsets())) expect(gap).toBeCloseTo(0.5, 6);
    expect(studio.struck.filter(({ key }) => key === 60).length).toBeGreaterThan(25);
  });

  it("strikes a held note again when its end came after it was laid", () => {
    const held = create(BarSchema, {
      index: 0,
      meter: { beats: 4, beatUnit: 4 },
      notes: [{ pitch: 40, startStep: 8, durationSteps: 8, velocity: 100 }],
    });
    const tied = create(BarSchema, {
      index: 1,
      meter: { beats: 4, beatUnit: 4 },
      notes: [{ pitch: 40, startStep: 0, durationSteps: 8, velocity: 100, tied: true }],
    });
    const studio = new Studio([held], 2);
    studio.player.play();
    studio.run(0.5);
    studio.put(tied);
    studio.run(6);
    expect(studio.struck).toHaveLength(1); // it was still ahead: laid again, whole
    expect((studio.struck[0]?.release ?? 0) - (studio.struck[0]?.at ?? 0)).toBeCloseTo(2, 6);
  });
});
