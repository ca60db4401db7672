// The sound of the studio: parts on a transport, synthesisers at once and sampled instruments when they have come.

import { Gain } from "tone/build/esm/core/context/Gain.js";
import { WaveShaper } from "tone/build/esm/signal/WaveShaper.js";
import type { Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { openSound, type Sound as Opened } from "./context.ts";
import type { Instrument } from "./instruments/instrument.ts";
import { MidiPart } from "./instruments/midi-out.ts";
import type { SampleLibrary } from "./instruments/sample-library.ts";
import { synthesiser } from "./instruments/synths.ts";
import { warm } from "./instruments/warm.ts";
import { Player, type Band } from "./player.ts";
import { Score, type PartFacts, type Sound } from "./score.ts";
import type { Arrangement, Engine, EngineState, Instruments, Loop, MidiOutput, Mix, Part, Position, Stem } from "./types.ts";

const EMPTY: Arrangement = { bpm: 120, parts: [], bars: 0 };
const MIX: Mix = { mute: false, solo: false, volume: 0.8 };
const RAMP_S = 0.015;
const AUDITION_S = 0.35;
const SOON_S = 0.01;
const SAMPLES_AFTER_MS = 1200; // not while the first bars come: 14 MB keep two cores busy
const MIDI_AHEAD_S = 0.15;
const RETIRED_S = 3; // after its last bar line, an instrument has sounded out

/** A part in the mix. */
interface Strip {
  facts: PartFacts;
  mix: Mix;
  /** Made with the sound. */
  out?: Gain;
  instrument?: Instrument;
}

/** Make the sound of a page. It opens the browser's audio with the first `play` or `audition`. */
export function createEngine(): Engine {
  void warm();
  return new StudioEngine();
}

class StudioEngine implements Engine {
  readonly #strips = new Map<string, Strip>();
  readonly #listeners = new Set<() => void>();
  readonly #player: Player;
  #score = new Score(EMPTY);
  #sound: Opened | undefined;
  #master: Gain | undefined;
  #volume = 1;
  #library: SampleLibrary | undefined;
  #sampled: typeof import("./instruments/sampled.ts") | undefined;
  #instruments: Instruments = "synths";
  #midi: MIDIOutput | undefined;
  #retired: { instrument: Instrument; ends: number }[] = [];
  #starting = false;
  #state: EngineState | undefined;

  constructor() {
    const band: Band = {
      prepare: (part, sounds) => this.#strips.get(part)?.instrument?.prepare?.(sounds),
      strike: (part, at, sound) => this.#strips.get(part)?.instrument?.strike(at, sound),
      cut: (part, at, ring) => {
        for (const [id, { instrument }] of this.#strips) if (part === null || id === part) instrument?.cut(at, ring);
      },
    };
    const clock = {
      now: () => this.#sound?.native.currentTime ?? 0,
      latency: () => (this.#sound ? this.#sound.native.outputLatency || this.#sound.native.baseLatency || 0 : 0),
    };
    this.#player = new Player(this.#score, clock, band, () => this.#tell());
  }

  load(arrangement: Arrangement, { keepPlaying = false }: { keepPlaying?: boolean } = {}): void {
    const wanted = new Map(arrangement.parts.map((part) => [part.id, part]));
    this.#score = new Score(arrangement);
    for (const id of this.#strips.keys()) if (!wanted.has(id)) this.#drop(id);
    for (const part of arrangement.parts) this.#strip(part);
    this.#player.load(this.#score, keepPlaying);
    this.#tell();
  }

  put(part: string, bar: Bar): void {
    this.#player.put(part, bar.index, this.#score.put(part, bar));
  }

  cut(part: string | null, from: number): void {
    this.#score.cut(part, from);
    this.#player.revise();
  }

  part(facts: PartFacts): void {
    this.#score.part(facts);
    this.#strip(facts);
    this.#player.revise();
  }

  remove(part: string): void {
    this.#score.remove(part);
    this.#drop(part);
  }

  expect(bars: number): void {
    this.#score.expect(bars);
  }

  tempo(bpm: number, fromBar = 0): void {
    this.#score.tempo(bpm, fromBar);
    this.#player.revise();
  }

  async play(): Promise<void> {
    const { native } = this.#open();
    if (native.state !== "running") {
      this.#starting = true;
      this.#tell();
      await native.resume();
      if (!this.#starting) return; // paused meanwhile
      this.#starting = false;
    }
    this.#player.play();
    this.#tell();
    setTimeout(() => void this.#loadSamples(), SAMPLES_AFTER_MS);
  }

  pause(): void {
    this.#starting = false;
    this.#player.pause();
    this.#tell();
  }

  seek(bar: number, inBar = 0): void {
    this.#player.seek(bar, inBar);
    this.#tell();
  }

  loop(loop: Loop | null): void {
    this.#player.setLoop(loop);
    this.#tell();
  }

  nextBar(): number {
    return this.#player.nextBar();
  }

  position(): Position {
    return this.#player.position();
  }

  mix(part: string, mix: Partial<Mix>): void {
    const strip = this.#strips.get(part);
    if (!strip) return;
    strip.mix = { ...strip.mix, ...mix };
    this.#level();
  }

  volume(volume: number): void {
    this.#volume = volume;
    this.#level();
  }

  audition(part: string, key: number, velocity = 96): void {
    const { native } = this.#open();
    void native.resume();
    const at = native.currentTime + SOON_S;
    const sound: Sound = { onset: at, release: at + AUDITION_S, key, velocity, from: key, glide: 0, line: at };
    this.#strips.get(part)?.instrument?.strike(at, sound);
    void this.#loadSamples();
  }

  async stems({ signal }: { signal?: AbortSignal } = {}): Promise<Stem[]> {
    const { render } = await import("./stems.ts");
    const parts = [...this.#strips.values()].map(({ facts, mix }) => ({ facts, level: this.#levelOf(mix) * this.#volume }));
    return render(this.#score, parts, this.#library, signal);
  }

  async midiOutputs(): Promise<readonly MidiOutput[]> {
    if (!("requestMIDIAccess" in navigator)) return [];
    const access = await navigator.requestMIDIAccess();
    return [...access.outputs.values()].map(({ id, name }) => ({ id, name: name ?? id }));
  }

  async midiOut(id: string | null): Promise<void> {
    const access = id === null ? undefined : await navigator.requestMIDIAccess();
    this.#midi = id === null ? undefined : access?.outputs.get(id);
    this.#equip();
  }

  state(): EngineState {
    this.#state ??= {
      play: this.#starting ? "starting" : this.#player.state,
      instruments: this.#instruments,
      latencyMs: this.#sound ? 1000 * (this.#sound.native.outputLatency || this.#sound.native.baseLatency) : 0,
      waits: this.#player.counts.waits,
      late: this.#player.counts.late,
      loop: this.#player.loop,
      midiOut: this.#midi?.name ?? null,
    };
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#player.pause();
    for (const id of this.#strips.keys()) this.#drop(id);
    this.#library?.dispose();
    void this.#sound?.close();
    this.#listeners.clear();
  }

  /** The browser's audio, opened when it is first needed. */
  #open(): Opened {
    if (this.#sound) return this.#sound;
    const sound = openSound(() => this.#tick());
    sound.native.addEventListener("statechange", () => this.#tell());
    // Rounds off what is too loud, without the delay of a compressor.
    const soft = new WaveShaper({ context: sound.tone, mapping: (x: number) => Math.tanh(x), length: 2048 }).toDestination();
    this.#master = new Gain({ context: sound.tone, gain: this.#volume }).connect(soft);
    this.#sound = sound;
    this.#equip();
    return sound;
  }

  #tick(): void {
    this.#player.pump();
    const now = this.#sound?.native.currentTime ?? 0;
    for (const { instrument } of this.#retired.filter(({ ends }) => ends < now)) instrument.dispose();
    this.#retired = this.#retired.filter(({ ends }) => ends >= now);
    const until = now + MIDI_AHEAD_S;
    for (const { instrument } of this.#strips.values()) if (instrument instanceof MidiPart) instrument.flush(until);
  }

  #strip(part: PartFacts | Part): void {
    const facts: PartFacts = { id: part.id, role: part.role, ...(part.program !== undefined && { program: part.program }) };
    const known = this.#strips.get(facts.id);
    const same = known?.facts.role === facts.role && known.facts.program === facts.program;
    if (known) known.facts = facts;
    const strip = known ?? { facts, mix: MIX };
    this.#strips.set(facts.id, strip);
    if (!same) this.#instrument(strip);
    this.#level();
  }

  #drop(id: string): void {
    const strip = this.#strips.get(id);
    this.#strips.delete(id);
    strip?.instrument?.cut(this.#sound?.native.currentTime ?? 0, false);
    strip?.instrument?.dispose();
    strip?.out?.dispose();
    this.#level();
  }

  /** Give every part the instrument that it should have, from the next bar line on. */
  #equip(): void {
    for (const strip of this.#strips.values()) this.#instrument(strip);
    this.#level();
    this.#player.renew();
    this.#tell();
  }

  /** Give a part the instrument that it should have, from the next bar line on. */
  #instrument(strip: Strip): void {
    if (!this.#sound || !this.#master) return;
    const { facts } = strip;
    strip.out ??= new Gain({ context: this.#sound.tone, gain: 0 }).connect(this.#master);
    if (strip.instrument) {
      const ends = this.#player.changeAt();
      strip.instrument.cut(ends, false);
      this.#retired.push({ instrument: strip.instrument, ends: ends + RETIRED_S });
    }
    if (this.#midi) {
      const channel = [...this.#strips.values()].indexOf(strip);
      strip.instrument = new MidiPart(this.#midi, channel, facts.role, facts.program, this.#pageTime);
    } else if (this.#sampled && this.#library) {
      strip.instrument = new this.#sampled.SampledPart(this.#sound.native, this.#library, facts, nodeOf(strip.out));
    } else {
      strip.instrument = synthesiser(this.#sound.tone, facts.role, strip.out);
    }
  }

  readonly #pageTime = (seconds: number): number => {
    const stamp = this.#sound?.native.getOutputTimestamp();
    const { contextTime = 0, performanceTime = performance.now() } = stamp ?? {};
    return performanceTime + 1000 * (seconds - contextTime);
  };

  /** Sampled instruments take over at a bar line, when the sounds of what plays have been made. */
  async #loadSamples(): Promise<void> {
    if (this.#instruments !== "synths") return;
    this.#instruments = "loading";
    this.#tell();
    try {
      const [{ SampleLibrary: Library }, sampled] = await Promise.all([
        import("./instruments/sample-library.ts"),
        import("./instruments/sampled.ts"),
      ]);
      const library = await Library.open();
      for (const facts of this.#score.parts) {
        const sounds = Array.from({ length: this.#score.bars }, (_, bar) => this.#score.sounds(facts.id, bar)).flat();
        await sampled.prepared(library, facts, sounds);
      }
      this.#library = library;
      this.#sampled = sampled;
      this.#instruments = "samples";
      if (!this.#midi) this.#equip();
    } catch (error) {
      console.warn("the sampled instruments could not be loaded; the synthesisers stay", error);
      this.#instruments = "unavailable";
    }
    this.#tell();
  }

  #levelOf({ mute, solo, volume }: Mix): number {
    const soloed = [...this.#strips.values()].some((strip) => strip.mix.solo);
    return mute || (soloed && !solo) ? 0 : volume;
  }

  #level(): void {
    this.#master?.gain.rampTo(this.#volume, RAMP_S);
    for (const { out, mix } of this.#strips.values()) out?.gain.rampTo(this.#levelOf(mix), RAMP_S);
  }

  #tell(): void {
    this.#state = undefined;
    for (const listener of this.#listeners) listener();
  }
}

/** The node of the browser behind one of Tone.js. */
function nodeOf(gain: Gain): AudioNode {
  return gain.input as unknown as AudioNode;
}

