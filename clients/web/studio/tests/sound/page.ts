// What a page does with the package and the sound, reduced to calls that a test makes and watches. It is built as the studio
// is, and served by the real gateway under the studio's own policy.

import { createExperts, ExpertsError, from, type ArrangeRequest, type ComposingEvent } from "@boumbapp/experts";
import type { Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { createEngine } from "../../src/audio/engine.ts";
import { Score, type PartFacts } from "../../src/audio/score.ts";
import { SampleLibrary } from "../../src/audio/instruments/sample-library.ts";
import { RATE, rendered, soundsOf } from "../../src/audio/stems.ts";
import { signedIn } from "../../src/session/signing-in.ts";

interface Tracks {
  [id: string]: Bar[];
}

interface Made {
  events: string[];
  indices: { [track: string]: number[] };
  error?: { kind: string; code: string; message: string };
}

const experts = createExperts({ baseUrl: location.origin, token: signedIn });
const engine = createEngine();
let times: { [what: string]: number } = {};
let tracks: Tracks = {};
let parts: PartFacts[] = [];
let asked: ArrangeRequest = {};
let bpm = 120;
let stopped = new AbortController();
let arrived = new Set<number>();

/** What was put on the audio clock and not taken back, by the browser's own account. */
class Scheduled {
  readonly starts = new Map<AudioScheduledSourceNode, number>();

  constructor() {
    const own = this.starts;
    for (const { prototype } of [AudioBufferSourceNode, OscillatorNode]) {
      const { start, stop } = prototype;
      prototype.start = function (this: AudioScheduledSourceNode, when = 0, ...rest: []) {
        own.set(this, when);
        this.addEventListener("ended", () => own.delete(this));
        start.call(this as never, when, ...rest);
      };
      prototype.stop = function (this: AudioScheduledSourceNode, when = 0) {
        if (when === 0 && (own.get(this) ?? 0) > this.context.currentTime) own.delete(this);
        stop.call(this as never, when);
      };
    }
  }

  /** Times that are still ahead. */
  ahead(): number[] {
    const times = [...this.starts].filter(([node, at]) => at > node.context.currentTime).map(([, at]) => at);
    return times.toSorted((one, other) => one - other);
  }
}

const scheduled = new Scheduled();
const RING_S = { synths: 0.1, samples: 0.2 }; // what was released so long ago is gone
const NEAR_S = 0.003;

/** Whether, somewhere ahead on the audio clock, these onsets are, and no others between the first and the last. */
function isAhead(onsets: readonly number[]): boolean {
  const ahead = scheduled.ahead();
  const first = onsets[0] ?? 0; // below 0 where it is early for its bar line
  const last = onsets.at(-1) ?? 0;
  return ahead.some((at) => {
    const line = at - first;
    const there = ahead.filter((each) => each > line + first - NEAR_S && each < line + last + NEAR_S);
    return (
      there.length === onsets.length &&
      there.every((each) => onsets.some((onset) => Math.abs(line + onset - each) < NEAR_S)) &&
      onsets.every((onset) => there.some((each) => Math.abs(line + onset - each) < NEAR_S))
    );
  });
}

/** Onsets of a bar in all parts, from its line on. */
function onsetsOf(bar: number, of: Tracks): number[] {
  const whole = parts.map((part) => ({ ...part, bars: of[part.id] ?? [] }));
  const score = new Score({ bpm, bars: 0, parts: whole });
  const onsets = parts.flatMap(({ id }) => score.sounds(id, bar).map(({ onset }) => onset - score.line(bar)));
  return onsets.toSorted((one, other) => one - other);
}

/** Take an event of a stream in, as the studio does. */
function take(event: ComposingEvent, made: Made): void {
  made.events.push(event.kind);
  if (event.kind === "started") {
    times["started"] ??= performance.now();
    parts = event.started.tracks.map(({ id, role, program }) => ({ id, role, ...(program !== undefined && { program }) }));
    bpm = event.started.bpm;
    asked = { ...asked, seed: event.started.seed };
    const bars = event.started.intent?.bars ?? 0;
    tracks = Object.fromEntries(parts.map(({ id }) => [id, []]));
    engine.load({ bpm, bars, parts: parts.map((part) => ({ ...part, bars: [] })) }, { keepPlaying: true });
  } else if (event.kind === "bar") {
    times["bar"] ??= performance.now();
    arrived.add(event.bar.index);
    requestAnimationFrame(() => (times["drawn"] ??= performance.now()));
    (made.indices[event.track] ??= []).push(event.bar.index);
    tracks[event.track] = [...(tracks[event.track] ?? []).filter(({ index }) => index !== event.bar.index), event.bar];
    engine.put(event.track, event.bar);
  }
}

async function all(stream: AsyncIterable<ComposingEvent>): Promise<Made> {
  const made: Made = { events: [], indices: {} };
  try {
    for await (const event of stream) take(event, made);
  } catch (error) {
    if (!(error instanceof ExpertsError)) throw error;
    made.error = { kind: error.kind, code: error.code, message: error.message };
  }
  return made;
}

/** Seconds at which a sound begins in samples: where it rises over a hundredth of its loudest. */
function onsets(sound: AudioBuffer, expected: readonly number[]): number[] {
  const [left, right] = [sound.getChannelData(0), sound.getChannelData(1)];
  const level = (at: number): number => Math.abs(left[at] ?? 0) + Math.abs(right[at] ?? 0);
  return expected.map((second) => {
    const first = Math.max(Math.floor((second - 0.02) * RATE), 0);
    const last = Math.ceil((second + 0.05) * RATE);
    let loudest = 0;
    for (let at = first; at < last; at += 1) loudest = Math.max(loudest, level(at));
    let at = first;
    while (at < last && level(at) < loudest / 100) at += 1;
    return at / RATE;
  });
}

const calls = {
  /** Arrange from the words, playing while it arrives. */
  async arrange({ request }: { request: ArrangeRequest }): Promise<Made> {
    asked = request;
    stopped = new AbortController();
    arrived = new Set();
    return all(experts.arrange(request, { signal: stopped.signal }));
  },

  async stop(): Promise<void> {
    stopped.abort();
  },

  /** The same, with a token that has expired; the page's own follows unless it is the only one. */
  async withToken({ token, only = false, request }: { token: string; only?: boolean; request: ArrangeRequest }): Promise<Made> {
    const given = createExperts({
      baseUrl: location.origin,
      token: (refresh) => (refresh && !only ? signedIn() : token),
    });
    return all(given.arrange(request));
  },

  async forget(): Promise<void> {
    times = {};
    tracks = {};
    engine.load({ bpm: 120, bars: 0, parts: [] });
  },

  /** The bars of each part, as numbers that can be compared. */
  async music(): Promise<{ [part: string]: string[] }> {
    const of = (bars: Bar[]): string[] =>
      bars
        .toSorted((one, other) => one.index - other.index)
        .map(({ notes, hits }) =>
          JSON.stringify([
            notes.map((note) => [note.startStep, note.durationSteps, note.pitch, note.velocity, note.offsetTicks, note.releaseTicks]),
            hits.map((hit) => [hit.step, hit.piece, hit.velocity, hit.offsetTicks]),
          ]),
        );
    return Object.fromEntries(Object.entries(tracks).map(([part, bars]) => [part, of(bars)]));
  },

  /** Change what is asked for from the next bar on, as a changed chip does; the bar that it begins with. */
  async steer({ change }: { change: ArrangeRequest }): Promise<{ bar: number; playing: number; heard: boolean }> {
    const playing = engine.position().bar;
    const bar = engine.nextBar();
    const now = parts.map((part) => ({ ...part, bars: tracks[part.id] ?? [] }));
    const made: Made = { events: [], indices: {} };
    for await (const event of experts.arrange(from({ ...asked, ...change } as ArrangeRequest, now, bar))) {
      if (event.kind !== "started") take(event, made);
    }
    return { bar, playing, heard: isAhead(onsetsOf(bar, tracks)) };
  },

  async state(): Promise<object> {
    const clock = performance.now() / 1000;
    const { seconds } = engine.position(); // of what is heard
    if (seconds > 0) times["sounds"] ??= 1000 * (clock - seconds);
    return { ...engine.state(), ...engine.position(), nextBar: engine.nextBar(), times, clock, early, arrived: [...arrived] };
  },

  async pause(): Promise<void> {
    engine.pause();
  },

  async mute({ part }: { part: string }): Promise<void> {
    engine.mix(part, { mute: true });
  },

  /** What each part strikes, by the audio clock's seconds from the first bar line, and where it is in rendered samples. */
  async rendered({ instruments, only }: { instruments: "synths" | "samples"; only?: string }): Promise<{ parts: { part: string; wanted: number[]; found: number[] }[] }> {
    const whole = parts.map((part) => ({ ...part, bars: tracks[part.id] ?? [] }));
    const bars = Math.max(...whole.map((part) => part.bars.length));
    const score = new Score({ bpm, bars, parts: whole });
    const library = instruments === "samples" ? await SampleLibrary.open() : undefined;
    const found = [];
    for (const part of parts.filter(({ id }) => only === undefined || id === only)) {
      const sounds = soundsOf(score, part.id);
      // Apart from what sounds already: only there can samples tell where a sound begins.
      const clear = sounds.filter(({ onset }, at) => {
        const before = sounds.slice(0, at);
        return before.every((other) => other.release + RING_S[instruments] < onset || other.onset === onset);
      });
      const wanted = [...new Set(clear.map(({ onset }) => onset))];
      const samples = await rendered(part, sounds, score.line(bars) + 1, library);
      found.push({ part: part.id, wanted, found: onsets(samples, wanted) });
    }
    return { parts: found };
  },

  async stems(): Promise<{ part: string | null; bytes: number }[]> {
    return (await engine.stems()).map(({ part, wav }) => ({ part, bytes: wav.size }));
  },
};

export type Calls = typeof calls;

declare global {
  var studio: typeof calls;
}

document.querySelector("#go")?.addEventListener("click", () => {
  times["click"] = performance.now();
  void engine.play();
  void calls.arrange({ request: { prompt: "funk en sol mineur : batterie, basse, accords, mélodie", seed: 7 } });
});
document.querySelector("button")?.addEventListener("click", () => {
  times["click"] = performance.now();
  void engine.play();
});
engine.subscribe(() => {
  if (engine.state().play === "playing") times["playing"] ??= performance.now();
});
// Before anybody has done anything: the browser lets nothing sound yet.
void engine.play();
const early = engine.state().play;
globalThis.studio = calls;
