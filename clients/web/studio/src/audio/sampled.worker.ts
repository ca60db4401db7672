// Renders one part with the sampled instruments, each note on its sample.

import { SoundBankLoader, SpessaSynthProcessor } from "spessasynth_core";
import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { Sound } from "./score.ts";

export interface SampledJob {
  bank: ArrayBuffer;
  role: Role;
  program: number;
  sounds: readonly Sound[];
  frames: number;
  rate: number;
}

export interface SampledSound {
  left: Float32Array<ArrayBuffer>;
  right: Float32Array<ArrayBuffer>;
}

const BLOCK = 128;
const DRUMS = 9;
const BEND_RANGE = 48;
// As the page plays it: volume, no reverb, no chorus, and registered parameter 0, the range of pitch bend.
const SETTINGS = [[7, 100], [91, 0], [93, 0], [101, 0], [100, 0], [6, BEND_RANGE]] as const;
const BEND_MIDDLE = 8192;
const BEND_S = 0.008;

type Event = [frame: number, act: (synth: SpessaSynthProcessor, channel: number) => void];

async function rendered({ bank, role, program, sounds, frames, rate }: SampledJob): Promise<SampledSound> {
  const synth = new SpessaSynthProcessor(rate);
  await synth.processorInitialized;
  synth.soundBankManager.addSoundBank(SoundBankLoader.fromArrayBuffer(bank), "general");
  const channel = role === Role.DRUMS ? DRUMS : 0;
  if (role !== Role.DRUMS) synth.programChange(channel, program);
  for (const [controller, value] of SETTINGS) synth.controllerChange(channel, controller, value);
  const events = sounds.flatMap((sound) => eventsOf(sound, rate)).toSorted(([one], [other]) => one - other);
  const [left, right] = [new Float32Array(frames), new Float32Array(frames)];
  for (let at = 0, next = 0; at < frames; ) {
    for (; (events[next]?.[0] ?? Infinity) <= at; next += 1) events[next]?.[1](synth, channel);
    const until = Math.min(events[next]?.[0] ?? Infinity, at + BLOCK, frames);
    synth.process(left, right, at, until - at);
    at = until;
  }
  return { left, right };
}

function eventsOf({ onset, release, key, velocity, from, glide }: Sound, rate: number): Event[] {
  const frame = (second: number): number => Math.round(second * rate);
  const events: Event[] = [
    [frame(onset), (synth, channel) => synth.noteOn(channel, key, velocity)],
    [frame(release), (synth, channel) => synth.noteOff(channel, key)],
  ];
  const seconds = Math.min(glide, release - onset);
  const steps = seconds > 0 ? Math.ceil(seconds / BEND_S) : 0;
  for (let step = 0; step <= steps && steps > 0; step += 1) {
    const bend = Math.round(BEND_MIDDLE * (1 + ((from - key) * (1 - step / steps)) / BEND_RANGE));
    events.push([
      frame(onset + (seconds * step) / steps),
      (synth, channel) => synth.pitchWheel(channel, Math.min(Math.max(bend, 0), 2 * BEND_MIDDLE - 1)),
    ]);
  }
  return events;
}

globalThis.addEventListener("message", ({ data }: MessageEvent<SampledJob>) => {
  void rendered(data).then((sound) => globalThis.postMessage(sound, { transfer: [sound.left.buffer, sound.right.buffer] }));
});
