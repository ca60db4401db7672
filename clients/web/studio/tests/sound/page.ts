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
const times: { [what: string]: number } = {};
let tracks: Tracks = {};
let parts: PartFacts[] = [];
let asked: ArrangeRequest = {};
let bpm = 120;
let stopped = new AbortController();

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
    return all(experts.arrange(request, { signal: stopped.signal }));
  },

  async stop(): Promise<void> {
    stopped.abort();
  },

  /** Change what is asked for from the next bar on, as a changed chip does; the bar that it begins with. */
  async steer({ change }: { change: ArrangeRequest }): Promise<{ bar: number; playing: number; made: Made }> {
    const playing = engine.position().bar;
    const bar = engine.nextBar();
    const now = parts.map((part) => ({ ...part, bars: tracks[part.id] ?? [] }));
    const made: Made = { events: [], indices: {} };
    for await (const event of experts.arrange(from({ ...asked, ...change } as ArrangeRequest, now, bar))) {
      if (event.kind !== "started") take(event, made);
    }
    return { bar, playing, made };
  },

  async state(): Promise<object> {
    return { ...engine.state(), ...engine.position(), nextBar: engine.nextBar(), times };
  },

  async pause(): Promise<void> {
    engine.pause();
  },

  async mute({ part }: { part: string }): Promise<void> {
    engine.mix(part, { mute: true });
  },

  /** What each part strikes, by the audio clock's seconds from the first bar line, and where it is in rendered samples. */
  async rendered({ instruments }: { instruments: "synths" | "samples" }): Promise<{ part: string; wanted: number[]; found: number[] }[]> {
    const whole = parts.map((part) => ({ ...part, bars: tracks[part.id] ?? [] }));
    const bars = Math.max(...whole.map((part) => part.bars.length));
    const score = new Score({ bpm, bars, parts: whole });
    const library = instruments === "samples" ? await SampleLibrary.open() : undefined;
    const found = [];
    for (const part of parts) {
      const sounds = soundsOf(score, part.id);
      // Apart from what sounds already: only there can samples tell where a sound begins.
      const clear = sounds.filter(({ onset }, at) => {
        const before = sounds.slice(0, at);
        return before.every((other) => Math.max(other.release, other.onset) + 0.5 < onset || other.onset === onset);
      });
      const wanted = [...new Set(clear.map(({ onset }) => onset))];
      const samples = await rendered(part, sounds, score.line(bars) + 1, library);
      found.push({ part: part.id, wanted, found: onsets(samples, wanted) });
    }
    return found;
  },

  async stems(): Promise<{ part: string | null; bytes: number }[]> {
    return (await engine.stems()).map(({ part, wav }) => ({ part, bytes: wav.size }));
  },
};

export type Calls = typeof calls;

declare global {
  var studio: typeof calls;
}

document.querySelector("button")?.addEventListener("click", () => {
  times["click"] = performance.now();
  void engine.play();
});
engine.subscribe(() => {
  if (engine.state().play === "playing") times["playing"] ??= performance.now();
});
globalThis.studio = calls;
