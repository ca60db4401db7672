// The transport: lays whole bars onto the audio clock ahead of time, and takes back what changes before it sounds. It knows
// the clock and who plays, and nothing of Web Audio.

import type { Score, Sound } from "./score.ts";
import type { Loop, PlayState, Position } from "./types.ts";

/** Who plays. Times are those of the audio clock. */
export interface Band {
  /** Some sounds of a part are about to be struck. */
  prepare(part: string, sounds: readonly Sound[]): void;
  /** Strike something at a time; never one that is over. */
  strike(part: string, at: number, sound: Sound): void;
  /**
   * Take back what was to be struck from `at` on, early notes of bars that begin there with it; of every part where `part`
   * is null. What sounds by then ends there too, unless it may ring.
   */
  cut(part: string | null, at: number, ring: boolean): void;
}

export interface Clock {
  /** Seconds of the audio clock. */
  now(): number;
  /** Seconds from the clock to the ear. */
  latency(): number;
}

export interface Counts {
  waits: number;
  late: number;
  /** Times that the clock had run away from the page, as when a laptop slept. */
  anchored: number;
}

/** A bar on the audio clock. */
interface Laid {
  bar: number;
  /** When its line is, and when it is over. */
  at: number;
  until: number;
  /** Seconds into the bar at which playing began. */
  offset: number;
}

const AHEAD_S = 1.0; // bars that begin within it are laid
const BEGIN_S = 0.05; // from a press of play to the first sound
const GUARD_S = 0.04; // closer than this, what was laid is played
const RING_S = 0.05; // beyond the bar line, a note is prolonged rather than released late
const SHORTEST_S = 0.01;
const PARTS_S = 0.15; // how long a bar waits for the parts that have not come
const RESTRUCK = 0.7; // of its velocity: a note that turns out longer when it sounds already is struck again
const KEPT_S = 2; // laid bars that are over are kept for the ear, which is behind the clock

export class Player {
  readonly counts: Counts = { waits: 0, late: 0, anchored: 0 };
  readonly #clock: Clock;
  readonly #band: Band;
  readonly #changed: () => void;
  #score: Score;
  #state: PlayState = "stopped";
  #loop: Loop | null = null;
  #laid: Laid[] = [];
  /** The bar to lay next, when its line is, and how far into it. While stopped, where to begin. */
  #next = { bar: 0, at: 0, offset: 0 };
  #came = new Map<number, number>(); // when the first part of a bar came

  /**
   * @param score What to play; the player is told of its changes.
   * @param clock The audio clock.
   * @param band Who plays.
   * @param changed Called when the state changes by itself.
   */
  constructor(score: Score, clock: Clock, band: Band, changed: () => void) {
    this.#score = score;
    this.#clock = clock;
    this.#band = band;
    this.#changed = changed;
  }

  get state(): PlayState {
    return this.#state;
  }

  get loop(): Loop | null {
    return this.#loop;
  }

  play(): void {
    if (this.#state === "playing" || this.#state === "waiting") return;
    if (this.#next.bar >= this.#score.bars && this.#score.bars > 0) this.#next = { bar: 0, at: 0, offset: 0 };
    this.#next.at = this.#clock.now() + BEGIN_S;
    this.#set("waiting");
    this.pump();
  }

  pause(): void {
    if (this.#state === "stopped") return;
    const { bar, offset } = this.#here();
    this.#halt();
    this.#next = { bar, at: 0, offset };
  }

  seek(bar: number, inBar: number): void {
    const going = this.#state !== "stopped";
    if (going) this.#halt();
    this.#next = { bar, at: 0, offset: Math.min(Math.max(inBar, 0), 1) * this.#score.length(bar) };
    if (going) this.play();
  }

  setLoop(loop: Loop | null): void {
    this.#loop = loop && loop.to > loop.from ? loop : null;
    if (this.#state !== "stopped") this.#lay(this.nextBar());
  }

  /** Replace the score; what plays goes on at the same bar and beat, or ends. */
  load(score: Score, keepPlaying: boolean): void {
    const going = keepPlaying && this.#state !== "stopped";
    if (going) {
      this.#score = score;
      this.#afresh();
      return;
    }
    this.#halt();
    this.#score = score;
    this.#came.clear();
    Object.assign(this.counts, { waits: 0, late: 0, anchored: 0 });
    this.#next = { bar: 0, at: 0, offset: 0 };
  }

  /** A bar was put into a part of the score. */
  put(part: string, bar: number, moved: boolean): void {
    const now = this.#clock.now();
    if (!this.#came.has(bar)) this.#came.set(bar, now);
    if (moved) {
      this.#afresh();
      return;
    }
    const here = this.#laid.filter((laid) => laid.bar === bar && laid.until > now + GUARD_S);
    const [first] = here;
    if (!first) this.#prolong(part, bar, now);
    else {
      const begun = first.at < now + GUARD_S;
      this.#relay(part, begun ? now + GUARD_S : first.at, begun);
    }
    this.pump();
  }

  /** Bars were taken away, or tempo or metre changed: lay everything ahead again. */
  revise(): void {
    this.#afresh();
  }

  /** When something else can take over: the next bar line, or now while nothing plays. */
  changeAt(): number {
    const soon = this.#clock.now() + GUARD_S;
    return this.#laid.find(({ at }) => at > soon)?.at ?? (this.#state === "stopped" ? soon : this.#next.at);
  }

  /** Others play from there on. */
  renew(): void {
    if (this.#state !== "stopped") this.#lay(this.nextBar());
  }

  /** Index of the first bar of which nothing has been struck. */
  nextBar(): number {
    if (this.#state === "stopped") return 0;
    const soon = this.#clock.now() + GUARD_S;
    return this.#laid.find(({ at }) => at > soon)?.bar ?? this.#next.bar;
  }

  position(): Position {
    const { bar, offset } = this.#here();
    const length = this.#score.length(bar);
    return { seconds: this.#score.line(bar) + offset, bar, inBar: length > 0 ? offset / length : 0 };
  }

  /** Lay what is due. Called often, and late where the browser slows the page down. */
  pump(): void {
    if (this.#state !== "playing" && this.#state !== "waiting") return;
    const now = this.#clock.now();
    this.#laid = this.#laid.filter(({ until }) => until > now - KEPT_S);
    for (;;) {
      if (this.#next.at > now + AHEAD_S) break;
      if (this.#ended()) {
        if (now >= this.#next.at) {
          this.#halt();
          this.#next = { bar: this.#loop?.from ?? 0, at: 0, offset: 0 };
        }
        return;
      }
      if (!this.#ready(this.#next.bar, now)) {
        if (this.#state === "playing" && now >= this.#next.at - GUARD_S) {
          this.counts.waits += 1;
          this.#set("waiting");
        }
        return;
      }
      if (this.#next.at < now + GUARD_S / 2 || this.#state === "waiting") {
        if (this.#state === "playing") this.counts.anchored += 1;
        // What takes time is done before the clock is read.
        for (const { id } of this.#score.parts) this.#band.prepare(id, this.#score.sounds(id, this.#next.bar));
        this.#next.at = this.#clock.now() + BEGIN_S;
      }
      this.#layNext();
    }
  }

  #layNext(): void {
    const now = this.#clock.now();
    const { bar, at, offset } = this.#next;
    const laid: Laid = { bar, at: at - offset, until: at - offset + this.#score.length(bar), offset };
    this.#laid.push(laid);
    this.#strike(laid, now);
    this.#next = { bar: this.#after(bar), at: laid.until, offset: 0 };
    this.#set("playing");
  }

  /** Strike a bar that has just been laid: what sounds first, first. */
  #strike(laid: Laid, now: number): void {
    const all = this.#score.parts.flatMap(({ id }) => [...this.#sounds(id, laid)].map((sound) => ({ part: id, sound })));
    for (const { part, sound } of all.toSorted((one, other) => one.sound.onset - other.sound.onset)) {
      if (sound.onset < now - GUARD_S) this.counts.late += 1;
      else this.#band.strike(part, Math.max(sound.onset, now), sound);
    }
  }

  /** Take back what a part was to play from a time on, and lay it again as it is now. */
  #relay(part: string, from: number, ring: boolean): void {
    this.#band.cut(part, from, ring);
    const now = this.#clock.now();
    for (const laid of this.#laid) {
      if (laid.until <= from) continue;
      for (const sound of this.#sounds(part, laid)) {
        if (Math.max(sound.onset, sound.line) >= from && sound.onset > now) this.#band.strike(part, sound.onset, sound);
      }
    }
  }

  /** A bar came whose beginning prolongs notes of the one before, which is on the clock without it. */
  #prolong(part: string, bar: number, now: number): void {
    const before = this.#laid.find((laid) => laid.bar === bar - 1 && laid.until > now + GUARD_S);
    if (!before || this.#after(before.bar) !== bar) return;
    const longer = [...this.#sounds(part, before)].filter(({ release }) => release > before.until + RING_S);
    for (const sound of longer.filter(({ onset }) => onset < now + GUARD_S)) {
      this.#band.strike(part, before.until, { ...sound, onset: before.until, velocity: Math.ceil(sound.velocity * RESTRUCK) });
    }
    if (longer.some(({ onset }) => onset >= now + GUARD_S)) {
      this.#relay(part, Math.max(before.at, now + GUARD_S), true);
    }
  }

  /** What a part plays in a laid bar, in times of the clock. */
  *#sounds(part: string, laid: Laid): Generator<Sound> {
    const line = this.#score.line(laid.bar);
    const last = this.#loop !== null && laid.bar + 1 === this.#loop.to;
    for (const sound of this.#score.sounds(part, laid.bar)) {
      const into = sound.onset - line;
      if (laid.offset > 0 && into < laid.offset) continue; // before the place where playing began
      const release = laid.at + sound.release - line;
      const onset = laid.at + into;
      yield { ...sound, onset, line: laid.at, release: last ? Math.max(Math.min(release, laid.until), onset + SHORTEST_S) : release };
    }
  }

  /** Lay everything again from now on: the bar that sounds from where it is, the others as they follow. */
  #afresh(): void {
    if (this.#state === "stopped") return;
    const from = this.#clock.now() + GUARD_S;
    this.#band.cut(null, from, false);
    const current = this.#laid.find(({ at, until }) => at <= from && until > from);
    this.#laid = this.#laid.filter(({ until }) => until <= from);
    if (!current) {
      this.#next.at = Math.max(this.#next.at, from);
      this.pump();
      return;
    }
    const inBar = (from - current.at) / (current.until - current.at);
    this.#next = { bar: current.bar, at: from, offset: inBar * this.#score.length(current.bar) };
    if (current.bar >= this.#score.bars) this.#next = { bar: this.#loop?.from ?? 0, at: from, offset: 0 };
    this.pump();
  }

  /** Lay the bars from one on again, such as when the loop changed. */
  #lay(bar: number): void {
    const first = this.#laid.find((laid) => laid.bar === bar && laid.at > this.#clock.now() + GUARD_S);
    if (!first) {
      const last = this.#laid.at(-1);
      if (last) this.#next = { bar: this.#after(last.bar), at: last.until, offset: 0 };
      this.pump();
      return;
    }
    this.#band.cut(null, first.at, false);
    const before = this.#laid.filter(({ at }) => at < first.at);
    const previous = before.at(-1);
    this.#laid = before;
    this.#next = { bar: previous ? this.#after(previous.bar) : bar, at: first.at, offset: 0 };
    this.pump();
  }

  #after(bar: number): number {
    if (this.#loop && bar + 1 >= this.#loop.to) return this.#loop.from;
    return bar + 1;
  }

  #ended(): boolean {
    return !this.#loop && this.#score.bars > 0 && this.#next.bar >= this.#score.bars;
  }

  /** Whether a bar can be laid: all parts have it, or the missing ones were waited for. */
  #ready(bar: number, now: number): boolean {
    if (this.#score.whole(bar)) return true;
    if (!this.#score.begun(bar)) return false;
    const due = this.#next.at - now < GUARD_S || this.#state === "waiting";
    return due && now - (this.#came.get(bar) ?? 0) > PARTS_S;
  }

  /** What is heard now. */
  #here(): { bar: number; offset: number } {
    if (this.#state === "stopped") return { bar: this.#next.bar, offset: this.#next.offset };
    const heard = this.#clock.now() - this.#clock.latency();
    const laid = this.#laid.findLast(({ at, offset }) => at + offset <= heard) ?? this.#laid[0];
    if (!laid) return { bar: this.#next.bar, offset: this.#next.offset };
    return { bar: laid.bar, offset: Math.min(Math.max(heard - laid.at, laid.offset), laid.until - laid.at) };
  }

  #halt(): void {
    this.#band.cut(null, this.#clock.now(), false);
    this.#laid = [];
    this.#set("stopped");
  }

  #set(state: PlayState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#changed();
  }
}
