// Parts as WAV files, rendered offline as they sound in the page.

import { audioBufferToWav } from "spessasynth_lib";
import { Gain } from "tone/build/esm/core/context/Gain.js";
import { OfflineContext } from "tone/build/esm/core/context/OfflineContext.js";
import { bank } from "./instruments/bank.ts";
import { programmeOf } from "./instruments/programmes.ts";
import { synthesiser } from "./instruments/synths.ts";
import type { SampledJob, SampledSound } from "./sampled.worker.ts";
import type { PartFacts, Score, Sound } from "./score.ts";
import type { Stem } from "./types.ts";

export const RATE = 44100;
const TAIL_S = 2;

/** A part to render, and how loud it is in the mix; 0 leaves it out of the mix, not out of the files. */
export interface StemPart {
  facts: PartFacts;
  level: number;
}

/**
 * Every part as a file, then the mix.
 *
 * @param score What sounds.
 * @param parts Those to render.
 * @param sampled Whether the sampled instruments play rather than the synthesisers.
 * @param signal Stops it between two parts.
 */
export async function render(score: Score, parts: readonly StemPart[], sampled: boolean, signal?: AbortSignal): Promise<Stem[]> {
  const seconds = score.line(score.bars) + TAIL_S;
  const mix = buffer(seconds);
  const stems: Stem[] = [];
  for (const { facts, level } of parts) {
    signal?.throwIfAborted();
    const sounds = soundsOf(score, facts.id);
    const sound = sampled ? await fromSamples(facts, sounds, seconds) : await fromSynths(facts, sounds, seconds);
    stems.push({ part: facts.id, wav: wav(sound) });
    for (const channel of [0, 1]) {
      const [into, from] = [mix.getChannelData(channel), sound.getChannelData(channel)];
      for (let at = 0; at < into.length; at += 1) into[at] = (into[at] ?? 0) + (from[at] ?? 0) * level;
    }
  }
  for (const channel of [0, 1]) {
    const into = mix.getChannelData(channel);
    for (let at = 0; at < into.length; at += 1) into[at] = Math.tanh(into[at] ?? 0); // as the page rounds it off
  }
  return [...stems, { part: null, wav: wav(mix) }];
}

/** Everything that a part strikes, in order. */
export function soundsOf(score: Score, part: string): Sound[] {
  return Array.from({ length: score.bars }, (_, bar) => score.sounds(part, bar))
    .flat()
    .toSorted((one, other) => one.onset - other.onset);
}

/** A part played by its synthesiser. */
export async function fromSynths(facts: PartFacts, sounds: readonly Sound[], seconds: number): Promise<AudioBuffer> {
  const offline = new OfflineAudioContext(2, Math.ceil(seconds * RATE), RATE);
  const context = new OfflineContext(offline);
  const out = new Gain({ context, gain: 1 });
  out.connect(offline.destination);
  const instrument = synthesiser(context, facts.role, out);
  for (const sound of sounds) instrument.strike(sound.onset, sound);
  const rendered = (await context.render()).get();
  instrument.dispose();
  if (!rendered) throw new Error("the browser rendered nothing");
  return rendered;
}

/** A part played by the sampled instruments, in a worker: it takes seconds. */
export async function fromSamples(facts: PartFacts, sounds: readonly Sound[], seconds: number): Promise<AudioBuffer> {
  const worker = new Worker(new URL("./sampled.worker.ts", import.meta.url), { type: "module" });
  try {
    const sound = await new Promise<SampledSound>((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<SampledSound>) => resolve(data));
      worker.addEventListener("error", ({ message }) => reject(new Error(message)));
      bank().then((bytes) => {
        const program = programmeOf(facts.role, facts.program);
        const job: SampledJob = { bank: bytes, role: facts.role, program, sounds, frames: Math.ceil(seconds * RATE), rate: RATE };
        worker.postMessage(job, [bytes]);
      }, reject);
    });
    const rendered = buffer(seconds);
    rendered.copyToChannel(sound.left, 0);
    rendered.copyToChannel(sound.right, 1);
    return rendered;
  } finally {
    worker.terminate();
  }
}

function buffer(seconds: number): AudioBuffer {
  return new AudioBuffer({ numberOfChannels: 2, length: Math.ceil(seconds * RATE), sampleRate: RATE });
}

function wav(sound: AudioBuffer): Blob {
  return audioBufferToWav(sound, { normalizeAudio: false });
}
