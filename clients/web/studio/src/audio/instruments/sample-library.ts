// The sounds of the sampled instruments that have been made, and those that are being made.

import { bank } from "./bank.ts";
import type { BankMessage, HeldKey, HeldSound } from "./samples.worker.ts";

/** Which instrument, from General MIDI; drums have no programme. */
export interface Voice {
  drums: boolean;
  program: number;
}

export interface Sample {
  buffer: AudioBuffer;
  key: number;
  velocity: number;
}

const RATE = 44100;
const LENGTHS_S = [0.75, 1.5, 3, 6, 12]; // notes share a sound as long as the longest of them needs
const VELOCITIES = [40, 72, 100, 127]; // between them, loudness is scaled
const MOST_FRAMES = 16 * 1024 * 1024; // of all sounds: 64 MB
const FARTHEST = 7; // semitones that a sound is bent while the right one is being made

/** One for the page: the worker, and what it made. */
export class SampleLibrary {
  readonly #worker: Worker;
  readonly #made = new Map<string, Sample>(); // in the order of use, the oldest first
  readonly #asked = new Map<string, { promise: Promise<void>; id: number }>();
  readonly #answers = new Map<number, (sound: HeldSound) => void>();
  #frames = 0;
  #id = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<HeldSound>) => this.#answers.get(data.id)?.(data));
  }

  /** Fetch the bank and start the worker. */
  static async open(): Promise<SampleLibrary> {
    const sounds = await bank();
    const worker = new Worker(new URL("./samples.worker.ts", import.meta.url), { type: "module" });
    const message: BankMessage = { bank: sounds, rate: RATE };
    worker.postMessage(message, [sounds]);
    return new SampleLibrary(worker);
  }

  /** The sound of a key that is there; undefined while it is not. */
  find(voice: Voice, key: number, velocity: number, seconds: number): Sample | undefined {
    const name = nameOf(voice, key, velocity, seconds);
    const sample = this.#made.get(name);
    if (sample) {
      this.#made.delete(name);
      this.#made.set(name, sample);
    }
    return sample;
  }

  /** Something of the same instrument that can stand in at once. */
  near(voice: Voice, key: number, seconds: number): Sample | undefined {
    if (voice.drums) return undefined;
    let best: Sample | undefined;
    for (const [name, sample] of this.#made) {
      if (!name.startsWith(`${instrumentOf(voice)}/`) || sample.buffer.duration < Math.min(seconds, 1)) continue;
      const distance = Math.abs(sample.key - key);
      if (distance <= FARTHEST && (!best || distance < Math.abs(best.key - key))) best = sample;
    }
    return best;
  }

  /** Make the sound of a key, unless it is there. */
  async make(voice: Voice, key: number, velocity: number, seconds: number): Promise<void> {
    const name = nameOf(voice, key, velocity, seconds);
    if (this.#made.has(name)) return;
    let asked = this.#asked.get(name);
    if (!asked) {
      const id = (this.#id += 1);
      const held: HeldKey = { id, ...voice, key, velocity: layer(velocity), seconds: length(seconds) };
      const promise = new Promise<HeldSound>((resolve) => {
        this.#answers.set(id, resolve);
        this.#worker.postMessage(held);
      }).then((sound) => this.#keep(name, held, sound));
      asked = { promise, id };
      this.#asked.set(name, asked);
    }
    await asked.promise;
  }

  dispose(): void {
    this.#worker.terminate();
  }

  #keep(name: string, { key, velocity }: HeldKey, { id, channels, problem }: HeldSound): void {
    this.#answers.delete(id);
    this.#asked.delete(name);
    if (problem !== undefined) throw new Error(problem);
    const frames = channels[0]?.length ?? 1;
    const buffer = new AudioBuffer({ numberOfChannels: channels.length, length: frames, sampleRate: RATE });
    channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
    this.#made.set(name, { buffer, key, velocity });
    this.#frames += frames * channels.length;
    for (const [oldest, { buffer: old }] of this.#made) {
      if (this.#frames <= MOST_FRAMES) break;
      this.#made.delete(oldest);
      this.#frames -= old.length * old.numberOfChannels;
    }
  }
}

function instrumentOf({ drums, program }: Voice): string {
  return drums ? "drums" : `${program}`;
}

function nameOf(voice: Voice, key: number, velocity: number, seconds: number): string {
  return `${instrumentOf(voice)}/${key}/${layer(velocity)}/${voice.drums ? 0 : length(seconds)}`;
}

function layer(velocity: number): number {
  return VELOCITIES.find((each) => velocity <= each) ?? 127;
}

function length(seconds: number): number {
  return LENGTHS_S.find((each) => seconds <= each) ?? Math.max(...LENGTHS_S);
}
