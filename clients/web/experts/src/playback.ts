/**
 * When everything in some bars sounds, in seconds: the text "PLAYING A BAR" at the head of
 * protos/boumbapp/music/v2/music.proto, in TypeScript. It reads the JSON form of the contract's messages, where a field
 * with its default value may be missing, and depends on nothing.
 */

/** A time signature. */
export interface Meter {
  beats: number;
  beatUnit: number;
}

/** A slide from another pitch into a note. */
export interface Glide {
  fromPitch?: number;
  lengthTicks: number;
}

/** A note on the grid of its bar. */
export interface Note {
  pitch?: number;
  startStep?: number;
  durationSteps: number;
  velocity: number;
  offsetTicks?: number;
  releaseTicks?: number;
  tied?: boolean;
  glide?: Glide;
}

/** A hit on a piece of the kit; `piece` is its name in the contract. */
export interface DrumHit {
  piece: string;
  step?: number;
  velocity: number;
  offsetTicks?: number;
  flam?: { leadTicks: number; velocity: number };
  roll?: { strokes: number; spanTicks: number; lastVelocity: number };
}

/** A bar of music. */
export interface Bar {
  index?: number;
  meter: Meter;
  notes?: Note[];
  hits?: DrumHit[];
  divisions?: number;
  bpm?: number;
}

/** A note as it sounds: seconds from the beginning. `fromPitch` is its own pitch where it does not glide. */
export interface HeardNote {
  onset: number;
  release: number;
  pitch: number;
  velocity: number;
  fromPitch: number;
  glide: number;
  /** Index of the bar that it begins in as written; an early one sounds before that bar's line. */
  bar: number;
}

/** A stroke as it sounds. */
export interface HeardStroke {
  onset: number;
  piece: string;
  velocity: number;
  /** Index of the bar that it is written in. */
  bar: number;
}

/** A part as it sounds: `lines` are the seconds of its bar lines, from that of bar 0 to `end`, where its last bar ends. */
export interface Playback {
  notes: HeardNote[];
  strokes: HeardStroke[];
  lines: number[];
  end: number;
}

const TICKS_PER_QUARTER = 480;
const TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER;

/** A note in ticks from the beginning, ties joined. */
interface Sound {
  bar: number;
  start: number;
  end: number;
  offset: number;
  release: number;
  pitch: number;
  velocity: number;
  glide?: Glide;
}

interface Tempo {
  tick: number;
  bpm: number;
  second: number;
}

/**
 * Say when everything in some bars of one part sounds.
 *
 * @param bars In any order; a gap in their indices is silence.
 * @param bpm Tempo at the beginning, quarter notes per minute.
 * @throws Error when two bars have the same index.
 */
export function play(bars: readonly Bar[], bpm: number): Playback {
  const whole = withoutGaps(bars);
  const starts: number[] = [];
  let end = 0;
  for (const bar of whole) {
    starts.push(end);
    end += barTicks(bar);
  }
  const tempi = tempiOf(whole, starts, bpm);
  const notes = heardNotes(soundsOf(whole, starts), tempi);
  const strokes = whole.flatMap((bar, at) =>
    (bar.hits ?? []).flatMap((hit) => {
      const place = starts[at]! + (hit.step ?? 0) * stepTicks(bar);
      return strokesOf(hit).map(([tick, velocity]) => {
        return { onset: secondsAt(tempi, Math.max(place + tick, 0)), piece: hit.piece, velocity, bar: at };
      });
    }),
  );
  strokes.sort((one, other) => one.onset - other.onset);
  const lines = [...starts, end].map((tick) => secondsAt(tempi, tick));
  return { notes, strokes, lines, end: secondsAt(tempi, end) };
}

/** Tick, counted from where the hit's step begins, and velocity of each stroke that a hit is played with. */
export function strokesOf(hit: DrumHit): [number, number][] {
  const onset = hit.offsetTicks ?? 0;
  if (hit.flam) {
    return [
      [onset - hit.flam.leadTicks, hit.flam.velocity],
      [onset, hit.velocity],
    ];
  }
  if (!hit.roll) {
    return [[onset, hit.velocity]];
  }
  const { strokes, spanTicks, lastVelocity } = hit.roll;
  const last = strokes - 1;
  return Array.from({ length: strokes }, (_, stroke) => [
    onset + Math.floor((stroke * spanTicks) / strokes),
    Math.floor((2 * (hit.velocity * (last - stroke) + lastVelocity * stroke) + last) / (2 * last)),
  ]);
}

function stepTicks(bar: Bar): number {
  return TICKS_PER_QUARTER / (bar.divisions || 4);
}

function barTicks(bar: Bar): number {
  return (bar.meter.beats * TICKS_PER_WHOLE) / bar.meter.beatUnit;
}

/** Bars from 0 on, with empty ones where some are missing. */
function withoutGaps(bars: readonly Bar[]): Bar[] {
  const whole: Bar[] = [];
  for (const bar of bars.toSorted((one, other) => (one.index ?? 0) - (other.index ?? 0))) {
    const index = bar.index ?? 0;
    if (index < whole.length) {
      throw new Error(`two bars have the index ${index}`);
    }
    const meter = whole.at(-1)?.meter ?? bar.meter;
    while (whole.length < index) {
      whole.push({ index: whole.length, meter });
    }
    whole.push(bar);
  }
  return whole;
}

function tempiOf(bars: readonly Bar[], starts: readonly number[], bpm: number): Tempo[] {
  const tempi: Tempo[] = [{ tick: 0, bpm, second: 0 }];
  bars.forEach((bar, at) => {
    if (bar.bpm !== undefined) {
      const tick = starts[at]!;
      tempi.push({ tick, bpm: bar.bpm, second: secondsAt(tempi, tick) });
    }
  });
  return tempi;
}

function secondsAt(tempi: readonly Tempo[], tick: number): number {
  const tempo = tempi.filter((each) => each.tick <= tick).at(-1)!;
  return tempo.second + ((tick - tempo.tick) * 60) / TICKS_PER_QUARTER / tempo.bpm;
}

/** The notes of bars, each tied note joined to the one that it prolongs. */
function soundsOf(bars: readonly Bar[], starts: readonly number[]): Sound[] {
  const sounds: Sound[] = [];
  let held = new Map<number, Sound>(); // by pitch, what lasts until the bar line
  bars.forEach((bar, at) => {
    const line = starts[at]!;
    const lasting = new Map<number, Sound>();
    for (const note of (bar.notes ?? []).toSorted((one, other) => (one.startStep ?? 0) - (other.startStep ?? 0))) {
      const pitch = note.pitch ?? 0;
      const first = note.startStep ?? 0;
      const end = (first + note.durationSteps) * stepTicks(bar);
      let sound = note.tied && !first ? held.get(pitch) : undefined;
      if (sound) {
        sound.end = line + end;
        sound.release = note.releaseTicks ?? 0;
      } else {
        sound = {
          bar: at,
          start: line + first * stepTicks(bar),
          end: line + end,
          offset: note.offsetTicks ?? 0,
          release: note.releaseTicks ?? 0,
          pitch,
          velocity: note.velocity,
          ...(note.glide && { glide: note.glide }),
        };
        sounds.push(sound);
      }
      if (end === barTicks(bar)) {
        lasting.set(pitch, sound);
      }
    }
    held = lasting;
  });
  return sounds;
}

function heardNotes(sounds: readonly Sound[], tempi: readonly Tempo[]): HeardNote[] {
  const placed = sounds.map((sound) => ({ sound, onset: Math.max(sound.start + sound.offset, 0) }));
  placed.sort((one, other) => one.onset - other.onset || one.sound.pitch - other.sound.pitch);
  const struck = new Map<number, number>(); // by pitch, the onset that follows
  const followed = placed.map(({ sound, onset }) => ({ sound, onset, following: Infinity }));
  for (const each of followed.toReversed()) {
    each.following = struck.get(each.sound.pitch) ?? Infinity;
    struck.set(each.sound.pitch, each.onset);
  }
  return followed.map(({ sound, onset, following }) => {
    const release = Math.max(Math.min(sound.end + sound.release, following), onset + 1);
    const second = secondsAt(tempi, onset);
    const glide = sound.glide ? secondsAt(tempi, onset + sound.glide.lengthTicks) - second : 0;
    return {
      onset: second,
      release: secondsAt(tempi, release),
      pitch: sound.pitch,
      velocity: sound.velocity,
      fromPitch: sound.glide ? (sound.glide.fromPitch ?? 0) : sound.pitch,
      glide,
      bar: sound.bar,
    };
  });
}
