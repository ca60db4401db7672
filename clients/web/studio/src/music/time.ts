/** Where bars and notes stand in time: ticks of 1/480 of a quarter note, as the contract counts them. */
import type { Bar, Meter } from "../contract";

export const QUARTER = 480;
export const SIXTEENTH = QUARTER / 4;
const WHOLE = 4 * QUARTER;

/** Length of a bar in ticks. */
export function barTicks(meter: Meter | undefined): number {
  return meter ? (meter.beats * WHOLE) / meter.beatUnit : WHOLE;
}

/** Length of a bar's step in ticks. */
export function stepTicks(bar: Pick<Bar, "divisions">): number {
  return QUARTER / (bar.divisions || 4);
}

/** Length of a beat in ticks. */
export function beatTicks(meter: Meter | undefined): number {
  return WHOLE / (meter?.beatUnit ?? 4);
}

/** Bar lines of a piece: where each bar begins, and where the last one ends. */
export interface Timeline {
  readonly starts: readonly number[];
  readonly meters: readonly (Meter | undefined)[];
  readonly end: number;
}

/**
 * Lay out the bar lines of parts that play together.
 *
 * @param parts Bars of each part; the first that has a bar says its metre.
 * @param length Number of bars; bars that are not there yet have the metre of the one before.
 * @param usual Metre until a bar says another one.
 */
export function timelineOf(parts: readonly (readonly Bar[])[], length: number, usual?: Meter): Timeline {
  const said = new Map<number, Meter>();
  for (const bars of parts) {
    for (const bar of bars) {
      if (bar.meter && !said.has(bar.index)) said.set(bar.index, bar.meter);
    }
  }
  const starts: number[] = [];
  const meters: (Meter | undefined)[] = [];
  let meter = usual ?? said.get(0);
  let end = 0;
  for (let index = 0; index < length; index++) {
    meter = said.get(index) ?? meter;
    starts.push(end);
    meters.push(meter);
    end += barTicks(meter);
  }
  return known({ starts, meters, end });
}

/** Timelines that were made: the same bar lines are the same object, so that what is drawn from them is kept. */
const made = new Map<string, Timeline>();
const MOST_MADE = 64;

function known(timeline: Timeline): Timeline {
  const key = `${timeline.starts.join()},${timeline.end};${timeline.meters.map((meter) => meter?.beatUnit ?? 4).join()}`;
  const before = made.get(key);
  if (before) return before;
  if (made.size >= MOST_MADE) made.clear();
  made.set(key, timeline);
  return timeline;
}

/** Index of the bar that a tick lies in; the last bar for ticks after the end, -1 where there is none. */
export function barAt(timeline: Timeline, tick: number): number {
  let low = 0;
  let high = timeline.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeline.starts[middle]! <= tick) low = middle + 1;
    else high = middle;
  }
  return Math.min(Math.max(low - 1, 0), timeline.starts.length - 1);
}

/** A place as people count it: bar and beat from 1. */
export function placeOf(timeline: Timeline, tick: number): { bar: number; beat: number } {
  const bar = barAt(timeline, tick);
  if (bar < 0) return { bar: 1, beat: 1 };
  const beat = Math.floor((tick - timeline.starts[bar]!) / beatTicks(timeline.meters[bar])) + 1;
  return { bar: bar + 1, beat };
}
