// Instruments of Tone.js: they sound at once, while the sampled ones are on their way.
//
// Each voice plays one note after the other; a note takes a voice that is free by then, or a new one. Bars are laid ahead of
// time, and a voice of Tone.js cannot give back a note, so each has a gate: a cut closes it, and the voice rests until its
// last note is over.

import { Gain } from "tone/build/esm/core/context/Gain.js";
import type { BaseContext } from "tone/build/esm/core/context/BaseContext.js";
import { Filter } from "tone/build/esm/component/filter/Filter.js";
import { MembraneSynth } from "tone/build/esm/instrument/MembraneSynth.js";
import { MonoSynth } from "tone/build/esm/instrument/MonoSynth.js";
import { NoiseSynth } from "tone/build/esm/instrument/NoiseSynth.js";
import { Synth } from "tone/build/esm/instrument/Synth.js";
import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { Sound } from "../score.ts";
import { frequency, turn, type Instrument } from "./instrument.ts";

/** A sound source of Tone.js, with what it needs after it. */
interface Source {
  /** Seconds that it sounds on after a release. */
  tail: number;
  play(at: number, sound: Sound): void;
  connect(to: Gain): void;
  dispose(): void;
}

type Make = (context: BaseContext) => Source;

interface Voice {
  source: Source;
  gate: Gain;
  /** What it plays from now on, in order. */
  notes: { at: number; turn: number; until: number }[];
  /** When the gate closes; the voice rests then. */
  closes: number;
}

const FADE_S = 0.012;
const SOON_S = 0.3; // notes closer together than this may need a voice each
const SEEN_S = 0.5; // notes that ended so long ago are forgotten

/** Voices of one kind that share their notes out. */
class Voices implements Instrument {
  readonly #context: BaseContext;
  readonly #make: Make;
  readonly #out: Gain;
  #voices: Voice[] = [];

  constructor(context: BaseContext, out: Gain, make: Make) {
    this.#context = context;
    this.#make = make;
    this.#out = out;
  }

  prepare(sounds: readonly Sound[]): void {
    const first = Math.min(...sounds.map(({ onset }) => onset));
    const soon = sounds.filter(({ onset }) => onset < first + SOON_S).length;
    while (this.#voices.length < soon) this.#add();
  }

  strike(at: number, sound: Sound): void {
    const voice = this.#free(at) ?? this.#add();
    voice.source.play(at, sound);
    voice.notes.push({ at, turn: turn(at, sound), until: Math.max(sound.release, at) + voice.source.tail });
  }

  cut(at: number, ring: boolean): void {
    for (const voice of this.#voices) {
      const sounding = voice.notes.find((note) => note.turn < at && note.until > at);
      const later = voice.notes.find((note) => note.turn >= at);
      const ends = sounding && !ring && sounding.until - voice.source.tail > at;
      if (!later && !ends) continue;
      const closes = ends ? Math.min(at, later?.at ?? at) : (later?.at ?? at);
      if (voice.closes <= closes) continue;
      voice.gate.gain.cancelScheduledValues(closes);
      voice.gate.gain.setValueAtTime(1, Math.max(closes - FADE_S / 4, 0));
      voice.gate.gain.linearRampToValueAtTime(0, closes + (ends ? FADE_S : 0.001));
      voice.closes = closes;
    }
  }

  dispose(): void {
    for (const { source, gate } of this.#voices) {
      source.dispose();
      gate.dispose();
    }
    this.#voices = [];
  }

  #free(at: number): Voice | undefined {
    const now = this.#context.immediate();
    for (const voice of this.#voices) {
      voice.notes = voice.notes.filter(({ until }) => until > now - SEEN_S);
      if (voice.closes < Infinity && (voice.notes.at(-1)?.until ?? 0) < now) {
        voice.closes = Infinity;
        voice.gate.gain.cancelScheduledValues(0);
        voice.gate.gain.setValueAtTime(1, now);
      }
    }
    return this.#voices.find(({ closes, notes }) => closes === Infinity && (notes.at(-1)?.until ?? 0) < at - 0.001);
  }

  #add(): Voice {
    const gate = new Gain({ context: this.#context, gain: 1 }).connect(this.#out);
    const source = this.#make(this.#context);
    source.connect(gate);
    const voice = { source, gate, notes: [], closes: Infinity };
    this.#voices.push(voice);
    return voice;
  }
}

/** A pitched synthesiser as a source; `level` is its loudness beside the others. */
function pitched(synth: Synth | MonoSynth, tail: number, level: number): Source {
  return {
    tail,
    play(at, { release, key, velocity, from, glide }) {
      synth.triggerAttackRelease(frequency(from), Math.max(release - at, 0.02), at, (velocity / 127) * level);
      if (glide > 0) synth.frequency.exponentialRampToValueAtTime(frequency(key), at + glide);
    },
    connect: (to) => void synth.connect(to),
    dispose: () => void synth.dispose(),
  };
}

const PITCHED = {
  [Role.BASS]: (context) =>
    pitched(
      new MonoSynth({
        context,
        oscillator: { type: "sawtooth" },
        filter: { type: "lowpass", Q: 1, rolloff: -24 },
        envelope: { attack: 0.003, decay: 0.25, sustain: 0.55, release: 0.06 },
        filterEnvelope: { attack: 0.002, decay: 0.18, sustain: 0.25, release: 0.1, baseFrequency: 110, octaves: 3.2 },
      }),
      0.12,
      0.75,
    ),
  [Role.CHORDS]: (context) =>
    pitched(
      new Synth({
        context,
        oscillator: { type: "custom", partials: [1, 0.4, 0.1, 0.06] },
        envelope: { attack: 0.003, decay: 0.9, sustain: 0.2, release: 0.25 },
      }),
      0.3,
      0.3,
    ),
  [Role.PAD]: (context) =>
    pitched(
      new Synth({ context, oscillator: { type: "triangle" }, envelope: { attack: 0.06, decay: 0.4, sustain: 0.7, release: 0.6 } }),
      0.7,
      0.3,
    ),
  [Role.ARPEGGIO]: (context) =>
    pitched(
      new Synth({ context, oscillator: { type: "triangle8" }, envelope: { attack: 0.002, decay: 0.2, sustain: 0.25, release: 0.15 } }),
      0.2,
      0.5,
    ),
} satisfies Partial<Record<Role, Make>>;

const lead: Make = (context) =>
  pitched(
    new Synth({ context, oscillator: { type: "square4" }, envelope: { attack: 0.004, decay: 0.15, sustain: 0.6, release: 0.12 } }),
    0.16,
    0.4,
  );

/** A skin: a falling tone. */
const skin = (hz: number, octaves: number, decay: number, level: number): Make => (context) => {
  const synth = new MembraneSynth({
    context,
    pitchDecay: 0.03,
    octaves,
    envelope: { attack: 0.001, decay, sustain: 0, release: 0.05 },
  });
  return struck(synth, decay + 0.1, (at, strength) => synth.triggerAttackRelease(hz, decay, at, strength * level));
};

/** Noise through a filter: hats, snares, cymbals. */
const hiss = (hz: number, type: BiquadFilterType, decay: number, level: number): Make => (context) => {
  const synth = new NoiseSynth({ context, envelope: { attack: 0.001, decay, sustain: 0, release: 0.03 } });
  const filter = new Filter({ context, frequency: hz, type, Q: 0.8 });
  synth.connect(filter);
  return {
    tail: decay + 0.1,
    play: (at, { velocity }) => void synth.triggerAttackRelease(decay, at, (velocity / 127) * level),
    connect: (to) => void filter.connect(to),
    dispose() {
      synth.dispose();
      filter.dispose();
    },
  };
};

/** A short tone: rim, cowbell. */
const tone = (hz: number, decay: number, level: number): Make => (context) => {
  const synth = new Synth({
    context,
    oscillator: { type: "square" },
    envelope: { attack: 0.001, decay, sustain: 0, release: 0.02 },
  });
  return struck(synth, decay + 0.1, (at, strength) => synth.triggerAttackRelease(hz, decay, at, strength * level));
};

function struck(synth: Synth | MembraneSynth, tail: number, strike: (at: number, strength: number) => void): Source {
  return {
    tail,
    play: (at, { velocity }) => strike(at, velocity / 127),
    connect: (to) => void synth.connect(to),
    dispose: () => void synth.dispose(),
  };
}

/** By key of General MIDI; several sources sound together. */
const KIT: Readonly<Record<number, readonly Make[]>> = {
  36: [skin(52, 4, 0.35, 0.95)],
  38: [hiss(1800, "highpass", 0.16, 0.5), skin(185, 1.5, 0.12, 0.45)],
  37: [tone(1700, 0.025, 0.25)],
  39: [hiss(1500, "bandpass", 0.14, 0.9)],
  42: [hiss(8000, "highpass", 0.045, 0.4)],
  44: [hiss(7000, "highpass", 0.06, 0.3)],
  46: [hiss(7500, "highpass", 0.32, 0.4)],
  45: [skin(98, 2, 0.3, 0.7)],
  47: [skin(131, 2, 0.28, 0.7)],
  50: [skin(175, 2, 0.25, 0.7)],
  51: [hiss(5200, "bandpass", 0.45, 0.45), tone(3150, 0.12, 0.06)],
  49: [hiss(4500, "highpass", 1.1, 0.45)],
  56: [tone(562, 0.12, 0.25)],
  70: [hiss(6000, "bandpass", 0.05, 0.5)],
  54: [hiss(9000, "bandpass", 0.09, 0.6)],
};

/** A kit: voices for each piece. */
class Kit implements Instrument {
  readonly #pieces = new Map<number, Voices[]>();
  readonly #context: BaseContext;
  readonly #out: Gain;

  constructor(context: BaseContext, out: Gain) {
    this.#context = context;
    this.#out = out;
  }

  prepare(sounds: readonly Sound[]): void {
    for (const key of new Set(sounds.map((sound) => sound.key))) {
      const own = sounds.filter((sound) => sound.key === key);
      for (const voices of this.#piece(key)) voices.prepare(own);
    }
  }

  strike(at: number, sound: Sound): void {
    for (const voices of this.#piece(sound.key)) voices.strike(at, { ...sound, release: at });
  }

  #piece(key: number): Voices[] {
    let piece = this.#pieces.get(key);
    if (!piece) {
      piece = (KIT[key] ?? []).map((make) => new Voices(this.#context, this.#out, make));
      this.#pieces.set(key, piece);
    }
    return piece;
  }

  cut(at: number, ring: boolean): void {
    for (const voices of [...this.#pieces.values()].flat()) voices.cut(at, ring);
  }

  dispose(): void {
    for (const voices of [...this.#pieces.values()].flat()) voices.dispose();
    this.#pieces.clear();
  }
}

/**
 * The synthesiser of a role.
 *
 * @param context Where it sounds, live or offline.
 * @param role What it plays.
 * @param out Where its sound goes.
 */
export function synthesiser(context: BaseContext, role: Role, out: Gain): Instrument {
  if (role === Role.DRUMS) return new Kit(context, out);
  const make = role in PITCHED ? PITCHED[role as keyof typeof PITCHED] : lead;
  return new Voices(context, out, make);
}
