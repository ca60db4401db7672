/** Files in and out: MIDI, MusicXML, sound, and whole projects. */
import { FileFormat } from "@boumbapp/contract/boumbapp/theory/v2/theory_service_pb";

import { Role, type Track } from "../contract";
import { text } from "../i18n/translate";
import { identified } from "../store/edit";
import { headOf, newId, sectionsOf, sounds, type Part, type Piece } from "../store/project";
import { addEntry, get, say, set } from "../store/store";
import { experts, failureText } from "./experts";
import { inKey } from "./harmony";
import { SignalKind, tell } from "./opinions";
import { emptyPiece, inBandOrder, partOf, trackOf, versionFrom } from "./pieces";
import { sound, stopPlaying } from "./playing";

export const MOST_BYTES = 1024 * 1024;
const MOST_BARS = 128;

/** Give a file to the browser. */
export function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A title as a file name. */
export function fileName(title: string): string {
  const plain = title.normalize("NFKD").replace(/[^\w -]/g, "").trim().replace(/\s+/g, "-").slice(0, 60);
  return plain || "boumb";
}

/** A MIDI or MusicXML file of the piece on the stage, or of some of its parts. */
export async function musicFile(format: "midi" | "musicxml", only?: string): Promise<{ name: string; blob: Blob } | undefined> {
  const { project } = get();
  const piece = headOf(project)?.piece;
  if (!piece) return undefined;
  const parts = piece.parts.filter((part) => part.bars.length && (only ? part.id === only : sounds(project, part.id)));
  const made = await experts().exportFile({
    tracks: parts.map(trackOf),
    bpm: piece.bpm,
    ...(piece.intent?.key && { key: piece.intent.key }),
    format: format === "midi" ? FileFormat.MIDI : FileFormat.MUSICXML,
    title: project.title.slice(0, 200),
    ...(piece.swing && { swing: piece.swing }),
    harmony: piece.plans.length
      ? Array.from({ length: piece.length }, (_, index) => ({ index, chords: piece.plans[index % piece.plans.length]!.chords }))
      : [],
    markers: sectionsOf(piece).map(({ bar, kind }) => ({ bar, text: kind })),
  });
  tell(SignalKind.EXPORTED);
  for (const notice of made.notices) say(notice.message);
  const type = format === "midi" ? "audio/midi" : "application/vnd.recordare.musicxml+xml";
  const suffix = only ? `-${only}` : "";
  const end = format === "midi" ? "mid" : "musicxml";
  return { name: `${fileName(project.title)}${suffix}.${end}`, blob: new Blob([new Uint8Array(made.file)], { type }) };
}

/** Save a file of notes. */
export async function saveMusic(format: "midi" | "musicxml"): Promise<void> {
  try {
    const file = await musicFile(format);
    if (file) save(file.name, file.blob);
  } catch (thrown) {
    say(failureText(thrown).message);
  }
}

/** Render every part and the mix, and save them. */
export async function saveStems(signal: AbortSignal, each: (done: number, all: number) => void): Promise<void> {
  const { project } = get();
  const base = fileName(project.title);
  const stems = await sound().stems({ signal });
  stems.forEach(({ part, wav }, at) => {
    save(`${base}-${part ?? "mix"}.wav`, wav);
    each(at + 1, stems.length);
  });
  tell(SignalKind.EXPORTED);
}

/** Guess what a part of a file plays, where the file does not say it. */
export function guessedRole(track: Track): Role {
  if (track.role !== Role.UNSPECIFIED) return track.role;
  const notes = track.bars.flatMap((bar) => bar.notes);
  if (track.bars.some((bar) => bar.hits.length)) return Role.DRUMS;
  if (!notes.length) return Role.MELODY;
  const mean = notes.reduce((sum, note) => sum + note.pitch, 0) / notes.length;
  const onsets = new Set(track.bars.flatMap((bar) => bar.notes.map((note) => `${bar.index}:${note.startStep}`))).size;
  if (notes.length / onsets > 1.6) return Role.CHORDS;
  return mean < 48 ? Role.BASS : Role.MELODY;
}

/** Put a MIDI or MusicXML file on the stage. */
export async function openMusic(file: File): Promise<void> {
  const { locale } = get();
  if (file.size > MOST_BYTES) {
    say(text(locale, "fileTooLarge", { name: file.name }));
    return;
  }
  stopPlaying();
  try {
    const read = await experts().importFile({ file: new Uint8Array(await file.arrayBuffer()) });
    const names = new Set<string>();
    const parts = read.tracks.map((track, at): Part => {
      const role = guessedRole(track);
      let id = (track.id || track.name || `part_${at + 1}`).toLowerCase().replace(/[^a-z0-9_]+/g, "_").slice(0, 60) || `part_${at + 1}`;
      while (names.has(id)) id += "_";
      names.add(id);
      const bars = track.bars.filter((bar) => bar.index < MOST_BARS);
      return identified({ ...partOf(track), id, role, name: track.name || text(locale, "partNumber", { n: at + 1 }), bars });
    });
    if (!parts.length) {
      say(text(locale, "fileEmpty", { name: file.name }));
      return;
    }
    const length = Math.max(...parts.flatMap((part) => part.bars.map((bar) => bar.index + 1)), 1);
    let piece: Piece = { ...emptyPiece(""), parts: inBandOrder(parts), bpm: read.bpm, length };
    const key = read.key ?? (await detected(piece));
    if (key) piece = await inKey(piece, key);
    piece = { ...piece, plans: piece.plans.map((plan) => ({ ...plan, chords: [] })), intent: piece.intent && { ...piece.intent, bpm: read.bpm, bars: length } };
    const words = text(locale, "saidImport", { name: file.name });
    addEntry(versionFrom({ kind: "imported", words, piece, notices: read.notices }, undefined));
    set({ mode: "change", span: null, opened: null, draft: null });
  } catch (thrown) {
    addEntry({ type: "refusal", id: newId(), at: Date.now(), words: file.name, message: failureText(thrown).message, again: false });
  }
}

async function detected(piece: Piece): Promise<Parameters<typeof inKey>[1] | undefined> {
  const bars = piece.parts.filter((part) => part.role !== Role.DRUMS).flatMap((part) => part.bars);
  if (!bars.length) return undefined;
  const byIndex = new Map<number, (typeof bars)[number]>();
  for (const bar of bars) {
    const known = byIndex.get(bar.index);
    byIndex.set(bar.index, known ? { ...known, notes: [...known.notes, ...bar.notes].slice(0, 512) } : bar);
  }
  const found = await experts().detect({ bars: [...byIndex.values()].toSorted((one, other) => one.index - other.index) });
  return found.keys[0]?.key;
}
