// A part on the sampled instruments: each note a buffer on the audio clock, which can be taken back until it sounds.

import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { Sound } from "../score.ts";
import { turn, type Instrument } from "./instrument.ts";
import { programmeOf } from "./programmes.ts";
import type { Sample, SampleLibrary, Voice } from "./sample-library.ts";

const RELEASE_S: Partial<Record<Role, number>> = { [Role.PAD]: 0.4, [Role.CHORDS]: 0.2 };
const USUAL_RELEASE_S = 0.09;
const FADE_S = 0.015;
const OPEN_HAT = 46;
const CHOKES = new Set([42, 44]); // a closed or pedalled hat ends an open one
const LOUDNESS = 1.6; // exponent from velocity to amplitude, inside a layer

interface Playing {
  at: number;
  turn: number;
  release: number;
  key: number;
  source: AudioBufferSourceNode;
  gain: GainNode;
}

export class SampledPart implements Instrument {
  readonly #context: BaseAudioContext;
  readonly #library: SampleLibrary;
  readonly #voice: Voice;
  readonly #release: number;
  readonly #out: AudioNode;
  readonly #playing = new Set<Playing>();
  #waiting: { at: number; sound: Sound }[] = []; // for their sounds to be made

  /**
   * @param context Where it sounds, live or offline.
   * @param library Has the sounds.
   * @param part What it plays, and with which programme of General MIDI.
   * @param out Where its sound goes.
   */
  constructor(context: BaseAudioContext, library: SampleLibrary, part: { role: Role; program?: number | undefined }, out: AudioNode) {
    this.#context = context;
    this.#library = library;
    this.#voice = voiceOf(part);
    this.#release = RELEASE_S[part.role] ?? USUAL_RELEASE_S;
    this.#out = out;
  }

  strike(at: number, sound: Sound): void {
    const held = sound.release - at;
    const sample = this.#library.find(this.#voice, sound.key, sound.velocity, held);
    if (sample) {
      this.#start(sample, at, sound);
      return;
    }
    const soon = at < this.#context.currentTime + 0.25;
    const near = soon ? this.#library.near(this.#voice, sound.key, held) : undefined;
    if (near) this.#start(near, at, sound);
    else this.#waiting.push({ at, sound });
    this.#library.make(this.#voice, sound.key, sound.velocity, held).then(
      () => this.#retry(),
      (error: unknown) => console.warn("a sound could not be made", error),
    );
  }

  cut(at: number, ring: boolean): void {
    this.#waiting = this.#waiting.filter((each) => turn(each.at, each.sound) < at);
    for (const playing of this.#playing) {
      if (playing.turn >= at) {
        playing.source.stop(0);
        playing.gain.disconnect();
        this.#playing.delete(playing);
      } else if (!ring && playing.release > at) {
        this.#end(playing, at, FADE_S);
      }
    }
  }

  dispose(): void {
    this.cut(0, false);
  }

  /** Strike what waited for a sound that is there now, unless its time is over. */
  #retry(): void {
    const now = this.#context.currentTime;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { at, sound } of waiting) {
      const sample = this.#library.find(this.#voice, sound.key, sound.velocity, sound.release - at);
      if (!sample) this.#waiting.push({ at, sound });
      else if (at > now) this.#start(sample, at, sound);
    }
  }

  #start(sample: Sample, at: number, sound: Sound): void {
    const { key, velocity, release, from, glide } = sound;
    const source = new AudioBufferSourceNode(this.#context, { buffer: sample.buffer });
    const gain = new GainNode(this.#context, { gain: (velocity / sample.velocity) ** LOUDNESS });
    const own = (key - sample.key) * 100;
    if (glide > 0) {
      source.detune.setValueAtTime(own + (from - key) * 100, at);
      source.detune.linearRampToValueAtTime(own, at + glide); // evenly in semitones
    } else if (own !== 0) {
      source.detune.value = own;
    }
    source.connect(gain).connect(this.#out);
    source.start(at);
    const playing = { at, turn: turn(at, sound), release, key, source, gain };
    this.#playing.add(playing);
    source.addEventListener("ended", () => {
      gain.disconnect();
      this.#playing.delete(playing);
    });
    if (!this.#voice.drums) this.#end(playing, release, this.#release);
    else if (CHOKES.has(key)) this.#choke(at);
  }

  #choke(at: number): void {
    for (const playing of this.#playing) if (playing.key === OPEN_HAT && playing.at < at) this.#end(playing, at, FADE_S);
  }

  #end({ gain, source }: Playing, at: number, fade: number): void {
    gain.gain.cancelScheduledValues(at);
    gain.gain.setTargetAtTime(0, at, fade / 4);
    source.stop(at + fade * 1.5);
  }
}

/**
 * Make all sounds that a part needs.
 *
 * @param library Makes them.
 * @param part What it plays.
 * @param sounds Its notes, the first ones first.
 */
export async function prepared(
  library: SampleLibrary,
  part: { role: Role; program?: number | undefined },
  sounds: readonly Sound[],
): Promise<void> {
  const voice = voiceOf(part);
  await Promise.all(sounds.map(({ key, velocity, onset, release }) => library.make(voice, key, velocity, release - onset)));
}

function voiceOf({ role, program }: { role: Role; program?: number | undefined }): Voice {
  return { drums: role === Role.DRUMS, program: programmeOf(role, program) };
}
