// Makes sounds of the sampled instruments: SpessaSynth's engine, off the page and off the audio thread, where reading the
// bank would take 100 ms and the first note of each sample up to 60 (docs/decisions/0023).

import { SoundBankLoader, SpessaSynthProcessor } from "spessasynth_core";

/** First of all: the bank. */
export interface BankMessage {
  bank: ArrayBuffer;
  rate: number;
}

/** A key held for some seconds, and let go. */
export interface HeldKey {
  id: number;
  drums: boolean;
  program: number;
  key: number;
  velocity: number;
  seconds: number;
}

export interface HeldSound {
  id: number;
  /** Why there is none. */
  problem?: string;
  /** One channel where both are the same. */
  channels: Float32Array<ArrayBuffer>[];
}

const BLOCK = 128;
const DRUMS = 9;
const TAIL_S = 2; // of strokes: a cymbal's
const SILENT = 1e-4;
// Full volume, no reverb, no chorus: as dry as the page mixes it.
const SETTINGS = [[7, 110], [91, 0], [93, 0]] as const;

let synth: SpessaSynthProcessor | undefined;
let ready: Promise<void> | undefined;

async function read({ bank, rate }: BankMessage): Promise<void> {
  synth = new SpessaSynthProcessor(rate, { effectsEnabled: false, eventsEnabled: false });
  await synth.processorInitialized;
  synth.soundBankManager.addSoundBank(SoundBankLoader.fromArrayBuffer(bank), "general");
}

function made({ drums, program, key, velocity, seconds }: HeldKey, player: SpessaSynthProcessor): Float32Array<ArrayBuffer>[] {
  const channel = drums ? DRUMS : 0;
  player.stopAllChannels(true);
  if (!drums) player.programChange(channel, program);
  for (const [controller, value] of SETTINGS) player.controllerChange(channel, controller, value);
  const frames = Math.ceil(((drums ? TAIL_S : seconds) * player.sampleRate) / BLOCK) * BLOCK;
  const [left, right] = [new Float32Array(frames), new Float32Array(frames)];
  player.noteOn(channel, key, velocity);
  for (let at = 0; at < frames; at += BLOCK) player.process(left, right, at, BLOCK);
  player.noteOff(channel, key);
  let last = frames - 1;
  while (last > BLOCK && Math.abs(left[last] ?? 0) + Math.abs(right[last] ?? 0) < SILENT) last -= 1;
  const same = left.every((value, at) => Math.abs(value - (right[at] ?? 0)) < SILENT);
  return (same ? [left] : [left, right]).map((samples) => samples.slice(0, last + 1));
}

async function answer(held: HeldKey): Promise<void> {
  const sound: HeldSound = { id: held.id, channels: [] };
  try {
    await ready;
    if (synth) sound.channels = made(held, synth);
  } catch (error) {
    sound.problem = String(error);
  }
  globalThis.postMessage(sound, { transfer: sound.channels.map(({ buffer }) => buffer) });
}

globalThis.addEventListener("message", ({ data }: MessageEvent<BankMessage | HeldKey>) => {
  if ("bank" in data) {
    ready = read(data);
    return;
  }
  void answer(data);
});
