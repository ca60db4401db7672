// A part on an output of WebMIDI.

import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { Sound } from "../score.ts";
import { turn, type Instrument } from "./instrument.ts";
import { programmeOf } from "./programmes.ts";

const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const PROGRAMME = 0xc0;
const ALL_SOUND_OFF = 120;
const DRUMS = 9;

/** From seconds of the audio clock to the milliseconds that WebMIDI counts in. */
export type ToPageTime = (seconds: number) => number;

/**
 * Notes that were sent cannot be taken back from an output, so they are kept here until shortly before they sound.
 */
export class MidiPart implements Instrument {
  readonly #output: MIDIOutput;
  readonly #channel: number;
  readonly #time: ToPageTime;
  #waiting: { at: number; turn: number; message: number[] }[] = [];

  /**
   * @param output Where it sounds.
   * @param channel From 0; drums take the tenth, whatever is said.
   * @param role What it plays.
   * @param program Of General MIDI.
   * @param time When the audio clock's seconds are.
   */
  constructor(output: MIDIOutput, channel: number, role: Role, program: number | undefined, time: ToPageTime) {
    this.#output = output;
    this.#channel = role === Role.DRUMS ? DRUMS : channel + (channel >= DRUMS ? 1 : 0);
    this.#time = time;
    if (role !== Role.DRUMS) output.send([PROGRAMME | this.#channel, programmeOf(role, program)]);
  }

  strike(at: number, sound: Sound): void {
    const { key, velocity, release } = sound;
    const own = turn(at, sound);
    this.#waiting.push({ at, turn: own, message: [NOTE_ON | this.#channel, key, velocity] });
    this.#waiting.push({ at: release, turn: own, message: [NOTE_ON | this.#channel, key, 0] });
  }

  /** Send what is due before a time; called with each tick. */
  flush(until: number): void {
    const due = this.#waiting.filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at);
    this.#waiting = this.#waiting.filter(({ at }) => at > until);
    for (const { at, message } of due) this.#output.send(message, this.#time(at));
  }

  cut(at: number, ring: boolean): void {
    this.#waiting = this.#waiting.filter((each) => each.turn < at);
    if (!ring) this.#waiting = this.#waiting.map((each) => ({ ...each, at: Math.min(each.at, at) })); // what sounds ends
  }

  dispose(): void {
    this.#waiting = [];
    this.#output.send([CONTROL | this.#channel, ALL_SOUND_OFF, 0]);
  }
}
