// Parts as a MIDI file, made in the page.

import midi from "@tonejs/midi";
import { Role, type Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { keyOfPiece } from "@boumbapp/note-form";
import { play } from "./playback.js";
import { plain } from "./sounding.js";

/** A part to write. */
export interface MidiPart {
  name: string;
  role: Role;
  /** General MIDI programme from 0. */
  program?: number | undefined;
  bars: readonly Bar[];
}

// At this tempo a tick of the contract, 1/480 of a quarter note, lasts a millisecond.
const TICK_BPM = 125;
const TICKS_PER_SECOND = 1000;
const DRUMS = 9;
const STROKE_TICKS = 60;
const BEND_RANGE = 48; // semitones; MIDI's registered parameter 0 says it
const BEND_STEPS = 8191; // the library reads bends from -1 to 1, and writes them as they are
const BEND_TICKS = 10;
const RANGE_MESSAGES = [
  [101, 0],
  [100, 0],
  [6, BEND_RANGE],
] as const;

/**
 * A MIDI file of several parts: every onset and release on its tick, hits on channel 10, glides as pitch bend.
 *
 * @param parts At most fifteen besides the drums.
 * @param bpm Tempo at the beginning.
 */
export function midiFile(parts: readonly MidiPart[], bpm: number): Uint8Array {
  const file = new midi.Midi();
  const bars = [...new Map(parts.flatMap((part) => part.bars.map((bar) => [bar.index, bar])))].map(([, bar]) => bar);
  const frame = play(bars.map(plain).map(({ bpm: _, ...bar }) => bar), TICK_BPM).lines;
  file.header.fromJSON({
    name: "",
    ppq: 480,
    meta: [],
    keySignatures: [],
    tempos: [
      { ticks: 0, bpm },
      ...bars.flatMap((bar) => (bar.bpm === undefined ? [] : [{ ticks: ticks(frame[bar.index] ?? 0), bpm: bar.bpm }])),
    ],
    timeSignatures: bars.map(({ index, meter }) => ({
      ticks: ticks(frame[index] ?? 0),
      timeSignature: [meter?.beats || 4, meter?.beatUnit || 4],
    })),
  });
  parts.forEach((part, at) => {
    const track = file.addTrack();
    track.name = part.name;
    track.channel = part.role === Role.DRUMS ? DRUMS : at + (at >= DRUMS ? 1 : 0);
    if (part.program !== undefined) track.instrument.number = part.program;
    const { notes, strokes } = play(part.bars.map(plain).map(({ bpm: _, ...bar }) => bar), TICK_BPM);
    if (notes.some(({ glide }) => glide > 0)) {
      for (const [number, value] of RANGE_MESSAGES) track.addCC({ number, value: value / 127, ticks: 0 });
    }
    for (const note of notes) {
      const first = ticks(note.onset);
      track.addNote({ midi: note.pitch, ticks: first, durationTicks: ticks(note.release) - first, velocity: note.velocity / 127 });
      const length = Math.min(ticks(note.glide), ticks(note.release) - first);
      for (let into = 0; length > 0 && into <= length; into += BEND_TICKS) {
        const left = (note.fromPitch - note.pitch) * (1 - Math.min(into / length, 1));
        track.addPitchBend({ value: Math.round((left / BEND_RANGE) * BEND_STEPS), ticks: first + into });
      }
      if (length > 0) track.addPitchBend({ value: 0, ticks: first + length });
    }
    for (const { onset, piece, velocity } of strokes) {
      const key = keyOfPiece(piece);
      if (key === undefined) continue;
      track.addNote({ midi: key, ticks: ticks(onset), durationTicks: STROKE_TICKS, velocity: velocity / 127 });
    }
  });
  return file.toArray();
}

function ticks(seconds: number): number {
  return Math.round(seconds * TICKS_PER_SECOND);
}
