// When the bars of the contract's messages sound, and the same as events of Tone.js.

import { DrumPiece, type Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { keyOfPiece } from "@boumbapp/note-form";
import { play, type Bar as PlainBar, type DrumHit, type Playback } from "./playback.js";

/** A bar of a message in the form of the contract's JSON, which the player reads. Bars are not changed in place, so it is kept. */
export function plain(bar: Bar): PlainBar {
  let made = kept.get(bar);
  if (!made) {
    made = {
      index: bar.index,
      meter: { beats: bar.meter?.beats || 4, beatUnit: bar.meter?.beatUnit || 4 },
      divisions: bar.divisions,
      ...(bar.bpm !== undefined && { bpm: bar.bpm }),
      notes: bar.notes.map(({ glide, ...note }) => ({ ...note, ...(glide && { glide }) })),
      hits: bar.hits.map(({ articulation, ...hit }): DrumHit => {
        const struck = { ...hit, piece: `DRUM_PIECE_${DrumPiece[hit.piece] ?? hit.piece}` };
        if (articulation.case === "flam") return { ...struck, flam: articulation.value };
        return articulation.case === "roll" ? { ...struck, roll: articulation.value } : struck;
      }),
    };
    kept.set(bar, made);
  }
  return made;
}

const kept = new WeakMap<Bar, PlainBar>();

/**
 * When everything in the bars of a part sounds, in seconds.
 *
 * @param bars In any order; a gap in their indices is silence.
 * @param bpm Tempo at the beginning.
 */
export function sounding(bars: readonly Bar[], bpm: number): Playback {
  return play(bars.map(plain), bpm);
}

/** An event as `new Tone.Part(callback, events)` takes it, and `synth.triggerAttackRelease(midi, duration, time, velocity)`. */
export interface ToneEvent {
  /** Seconds from the beginning. Swing and micro-timing are inside: the transport's own swing stays at 0. */
  time: number;
  /** Seconds; of a stroke, a sixteenth. */
  duration: number;
  /** MIDI key; of a stroke, its key in General MIDI. */
  midi: number;
  /** 0 to 1. */
  velocity: number;
  /** The key that the pitch begins at, and the seconds after which it is its own; null on most notes. */
  glide: { midi: number; seconds: number } | null;
}

/**
 * The bars of a part as events for Tone.js, in the order in which they sound.
 *
 * @param bars Of one part.
 * @param bpm Tempo at the beginning.
 */
export function toneEvents(bars: readonly Bar[], bpm: number): ToneEvent[] {
  const { notes, strokes } = sounding(bars, bpm);
  const events: ToneEvent[] = notes.map(({ onset, release, pitch, velocity, fromPitch, glide }) => ({
    time: onset,
    duration: release - onset,
    midi: pitch,
    velocity: velocity / 127,
    glide: glide > 0 ? { midi: fromPitch, seconds: glide } : null,
  }));
  for (const { onset, piece, velocity } of strokes) {
    const midi = keyOfPiece(piece);
    if (midi !== undefined) events.push({ time: onset, duration: 15 / bpm, midi, velocity: velocity / 127, glide: null });
  }
  return events.toSorted((one, other) => one.time - other.time || one.midi - other.midi);
}
