// Parts as WAV files, rendered offline as they sound in the page.

import { Gain } from "tone/build/esm/core/context/Gain.js";
import { offline as onTone } from "./context.ts";
import type { SampleLibrary } from "./instruments/sample-library.ts";
import { prepared, SampledPart } from "./instruments/sampled.ts";
import { synthesiser } from "./instruments/synths.ts";
import type { PartFacts, Score, Sound } from "./score.ts";
import type { Stem } from "./types.ts";
import { wav } from "./wav.ts";

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
 * @param library The sampled instruments; the synthesisers play without it.
 * @param signal Stops it between two parts.
 */
export async function render(
  score: Score,
  parts: readonly StemPart[],
  library: SampleLibrary | undefined,
  signal?: AbortSignal,
): Promise<Stem[]> {
  const seconds = score.line(score.bars) + TAIL_S;
  const mix = [0, 1].map(() => new Float32Array(Math.ceil(seconds * RATE)));
  const stems: Stem[] = [];
  for (const { facts, level } of parts) {
    signal?.throwIfAborted();
    const sound = await rendered(facts, soundsOf(score, facts.id), seconds, library);
    const channels = [0, 1].map((channel) => sound.getChannelData(channel));
    stems.push({ part: facts.id, wav: wav(channels, RATE) });
    mix.forEach((into, channel) => {
      const samples = channels[channel];
      for (let at = 0; at < into.length; at += 1) into[at] = (into[at] ?? 0) + (samples?.[at] ?? 0) * level;
    });
  }
  for (const into of mix) for (let at = 0; at < into.length; at += 1) into[at] = Math.tanh(into[at] ?? 0); // as the page rounds it off
  return [...stems, { part: null, wav: wav(mix, RATE) }];
}

/** Everything that a part strikes, in order. */
export function soundsOf(score: Score, part: string): Sound[] {
  return Array.from({ length: score.bars }, (_, bar) => score.sounds(part, bar))
    .flat()
    .toSorted((one, other) => one.onset - other.onset);
}

/**
 * A part as samples.
 *
 * @param facts What it plays.
 * @param sounds Its notes.
 * @param seconds How long.
 * @param library The sampled instruments; its synthesiser plays without it.
 */
export async function rendered(
  facts: PartFacts,
  sounds: readonly Sound[],
  seconds: number,
  library: SampleLibrary | undefined,
): Promise<AudioBuffer> {
  const offline = new OfflineAudioContext(2, Math.ceil(seconds * RATE), RATE);
  if (library) {
    await prepared(library, facts, sounds);
    const part = new SampledPart(offline, library, facts, offline.destination);
    for (const sound of sounds) part.strike(sound.onset, sound);
    return offline.startRendering();
  }
  const context = onTone(offline);
  const out = new Gain({ context, gain: 1 });
  out.connect(offline.destination);
  const instrument = synthesiser(context, facts.role, out);
  for (const sound of sounds) instrument.strike(sound.onset, sound);
  const buffer = (await context.render()).get();
  instrument.dispose();
  if (!buffer) throw new Error("the browser rendered nothing");
  return buffer;
}
