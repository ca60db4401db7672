// The sampled instruments, live: SpessaSynth in an AudioWorklet. Loaded when the page has begun to sound.

import { WorkletSynthesizer } from "spessasynth_lib";
import processor from "spessasynth_lib/dist/spessasynth_processor.min.js?url";
import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { Sound } from "../score.ts";
import { bank } from "./bank.ts";
import type { Instrument } from "./instrument.ts";
import { programmeOf } from "./programmes.ts";

const OUTPUTS = 16; // a part has one; channels beyond share them in turn
const VOLUME = 7;
const ALL_SOUND_OFF = 120;
const BEND_RANGE = 48; // semitones
const BEND_MIDDLE = 8192;
const BEND_S = 0.008; // between two steps of a glide
const DRUM_BANK_CHANNEL = 9;

/** A channel of the synthesiser. A cut silences it, and it rests until all that it was sent is over. */
interface Channel {
  number: number;
  busyUntil: number;
  silent: boolean;
}

export class Sampler {
  readonly #synth: WorkletSynthesizer;
  readonly #context: AudioContext;
  readonly #free = Array.from({ length: OUTPUTS }, (_, output) => output);
  #channels = OUTPUTS;

  private constructor(context: AudioContext, synth: WorkletSynthesizer) {
    this.#context = context;
    this.#synth = synth;
  }

  /** Fetch the sounds and start the synthesiser. */
  static async start(context: AudioContext): Promise<Sampler> {
    const [sounds] = await Promise.all([bank(), context.audioWorklet.addModule(processor)]);
    const synth = new WorkletSynthesizer(context, { eventsEnabled: false });
    await synth.isReady;
    await synth.soundBankManager.addSoundBank(sounds, "general");
    return new Sampler(context, synth);
  }

  /**
   * The instrument of a part; undefined when all outputs are taken.
   *
   * @param role What it plays.
   * @param program Of General MIDI.
   * @param out Where its sound goes.
   */
  instrument(role: Role, program: number | undefined, out: AudioNode): Instrument | undefined {
    // Drums take the channel that is theirs in General MIDI where it is free.
    const at = role === Role.DRUMS ? Math.max(this.#free.indexOf(DRUM_BANK_CHANNEL), 0) : 0;
    const [output] = this.#free.splice(at, 1);
    if (output === undefined) return undefined;
    this.#synth.connectChannel(out, output);
    return new SampledPart(this, output, role, programmeOf(role, program), () => {
      this.#synth.disconnectChannel(out, output);
      this.#free.push(output);
    });
  }

  get synth(): WorkletSynthesizer {
    return this.#synth;
  }

  now(): number {
    return this.#context.currentTime;
  }

  /** Make channels until one has this output. */
  channel(output: number): number {
    for (;;) {
      const made = this.#channels;
      this.#synth.addNewChannel();
      this.#channels += 1;
      if (made % OUTPUTS === output) return made;
    }
  }

  dispose(): void {
    this.#synth.destroy();
  }
}

class SampledPart implements Instrument {
  readonly #sampler: Sampler;
  readonly #output: number;
  readonly #role: Role;
  readonly #program: number;
  readonly #left: () => void;
  readonly #channels: Channel[] = [];
  #current: Channel;

  constructor(sampler: Sampler, output: number, role: Role, program: number, left: () => void) {
    this.#sampler = sampler;
    this.#output = output;
    this.#role = role;
    this.#program = program;
    this.#left = left;
    this.#current = this.#tuned(output);
  }

  strike(at: number, { release, key, velocity, from, glide }: Sound): void {
    const { synth } = this.#sampler;
    const { number } = this.#current;
    synth.noteOn(number, key, velocity, { time: at });
    synth.noteOff(number, key, { time: release });
    if (glide > 0) this.#bend(at, Math.min(glide, release - at), from - key);
    this.#current.busyUntil = Math.max(this.#current.busyUntil, release);
  }

  cut(at: number, ring: boolean): void {
    const now = this.#sampler.now();
    const channel = this.#current;
    if (channel.busyUntil <= at) return;
    const { synth } = this.#sampler;
    // What is in its queue cannot be taken back: it is played in silence, while another channel goes on.
    if (!ring) synth.controllerChange(channel.number, ALL_SOUND_OFF, 0, { time: at });
    synth.controllerChange(channel.number, VOLUME, 0, { time: at });
    channel.silent = true;
    const rested = this.#channels.find(({ silent, busyUntil }) => silent && busyUntil < now - 1);
    if (rested) {
      rested.silent = false;
      this.#tune(rested.number);
      this.#current = rested;
    } else {
      this.#current = this.#tuned(this.#sampler.channel(this.#output));
    }
  }

  dispose(): void {
    this.cut(this.#sampler.now(), false);
    this.#left();
  }

  #tuned(number: number): Channel {
    const channel = { number, busyUntil: 0, silent: false };
    this.#channels.push(channel);
    this.#tune(number);
    return channel;
  }

  #tune(number: number): void {
    const { synth } = this.#sampler;
    synth.midiChannels[number]?.setDrums(this.#role === Role.DRUMS);
    synth.programChange(number, this.#role === Role.DRUMS ? 0 : this.#program);
    synth.pitchWheelRange(number, BEND_RANGE);
    synth.controllerChange(number, VOLUME, 100);
  }

  /** A glide, as pitch bend: evenly in semitones, until the note's own pitch. */
  #bend(at: number, seconds: number, semitones: number): void {
    const { synth } = this.#sampler;
    const steps = Math.max(Math.ceil(seconds / BEND_S), 1);
    for (let step = 0; step <= steps; step += 1) {
      const bend = Math.round(BEND_MIDDLE * (1 + (semitones * (1 - step / steps)) / BEND_RANGE));
      synth.pitchWheel(this.#current.number, Math.min(Math.max(bend, 0), 2 * BEND_MIDDLE - 1), {
        time: at + (seconds * step) / steps,
      });
    }
  }
}
