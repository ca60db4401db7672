/** What a screen reader says of a note, a hit and a lane. */
import { DrumPiece, Role } from "../contract";
import type { TextKey, Translate, Locale } from "../i18n/translate";
import { spell, spoken } from "../music/names";
import { SIXTEENTH, barAt, beatTicks, type Timeline } from "../music/time";
import { planOf, type Part, type Piece } from "../store/project";
import type { Shape } from "./shapes";

const PIECES: Readonly<Record<number, TextKey>> = {
  [DrumPiece.KICK]: "kick",
  [DrumPiece.SNARE]: "snare",
  [DrumPiece.RIM]: "rim",
  [DrumPiece.CLAP]: "clap",
  [DrumPiece.CLOSED_HAT]: "closedHat",
  [DrumPiece.PEDAL_HAT]: "pedalHat",
  [DrumPiece.OPEN_HAT]: "openHat",
  [DrumPiece.LOW_TOM]: "lowTom",
  [DrumPiece.MID_TOM]: "midTom",
  [DrumPiece.HIGH_TOM]: "highTom",
  [DrumPiece.RIDE]: "ride",
  [DrumPiece.CRASH]: "crash",
  [DrumPiece.COWBELL]: "cowbell",
  [DrumPiece.SHAKER]: "shaker",
  [DrumPiece.TAMBOURINE]: "tambourine",
};

/** Name of a piece of the kit. */
export function pieceName(piece: number, t: Translate): string {
  return t(PIECES[piece] ?? "otherPiece");
}

/** Written name of a note; spelled as its key wants where theory has not. */
export function noteName(shape: Shape, piece: Piece): string {
  return shape.name || spell(shape.pitch, planOf(piece, shape.bar)?.key);
}

/** Beat of its bar that a shape begins in, from 1, and the sixteenth in it, from 1. */
export function beatOf(shape: Shape, timeline: Timeline): { readonly beat: number; readonly sixteenth: number } {
  const bar = Math.min(shape.bar, timeline.starts.length - 1);
  const inside = Math.max(shape.start - (timeline.starts[bar] ?? 0), 0) + SIXTEENTH / 4;
  const beat = beatTicks(timeline.meters[barAt(timeline, timeline.starts[bar] ?? 0)]);
  return { beat: Math.floor(inside / beat) + 1, sixteenth: Math.floor((inside % beat) / SIXTEENTH) + 1 };
}

/**
 * All that matters of a note or hit, in words.
 *
 * @param shape The note or hit.
 * @param part Its part.
 * @param piece The piece.
 * @param timeline The bar lines of the piece.
 * @param locale The person's language.
 * @param t The page's texts.
 */
export function sentenceOf(shape: Shape, part: Part, piece: Piece, timeline: Timeline, locale: Locale, t: Translate): string {
  const place = { bar: shape.bar + 1, ...beatOf(shape, timeline), velocity: shape.velocity };
  if (part.role === Role.DRUMS) return t("spokenHit", { name: pieceName(shape.pitch, t), ...place });
  const name = spoken(noteName(shape, piece), locale);
  const degree = shape.outside ? t("spokenOutside") : t("spokenDegree", { degree: shape.degree });
  return t("spokenNote", { name, degree, steps: shape.steps, ...place });
}
