/** Names of pitches, keys and chords, as they are written and as they are spoken, in both languages. */
import type { Key } from "../contract";
import type { Locale } from "../i18n/translate";

const SHARPS = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"] as const;
const FLATS = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"] as const;
const SOLFEGE: Readonly<Record<string, string>> = { C: "Do", D: "Ré", E: "Mi", F: "Fa", G: "Sol", A: "La", B: "Si" };
const FLAT_KEYS = /^([DEGAB]b|C$|F$)/;

/** Pitch name in scientific notation, spelled as the key wants it: "Eb3". */
export function spell(pitch: number, key?: Key): string {
  const flat = key ? FLAT_KEYS.test(key.tonic) || (key.scale === "minor" && /^[DGCF]$/.test(key.tonic)) : false;
  return `${(flat ? FLATS : SHARPS)[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}

/** A spelled name as it is printed: real accidentals, French syllables in French. */
export function printed(name: string, locale: Locale): string {
  const [, letter, accidentals, octave] = /^([A-G])([#b]*)(-?\d*)$/.exec(name) ?? [];
  if (!letter) return name;
  const base = locale === "fr" ? SOLFEGE[letter]! : letter;
  return base + accidentals!.replaceAll("#", "♯").replaceAll("b", "♭") + octave;
}

/** The same as a screen reader should say it. */
export function spoken(name: string, locale: Locale): string {
  const [sharp, flat] = locale === "fr" ? [" dièse", " bémol"] : [" sharp", " flat"];
  return printed(name, locale).replaceAll("♯", sharp).replaceAll("♭", flat).replace(/(-?\d+)$/, " $1");
}

/** A chord symbol with real accidentals. */
export function chordText(symbol: string): string {
  return symbol.replaceAll("#", "♯").replace(/^([A-G])b|\/([A-G])b/g, (whole) => whole.replace("b", "♭")).replace(/b(?=\d)/g, "♭");
}
