// Names of pitches: "C3", "F#2", "Eb-1".

const LETTERS: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const SHARPS = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const FLATS = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];
const NAME = /^([A-Ga-g])([#♯]{1,2}|[b♭]{1,2}|x|𝄪|)(-?\d{1,2})$/u;
const MIDDLE_C = 60;

/** The parts of a name: letter, accidentals as '#' or 'b', octave. Throws RangeError when it is none. */
function parts(name: string): [letter: string, accidentals: string, octave: number] {
  const found = NAME.exec(name.trim());
  if (!found) throw new RangeError(`${JSON.stringify(name)} is no name of a pitch, such as "C3", "F#2" or "Eb-1"`);
  const [, letter = "", accidentals = "", octave = ""] = found;
  const plain = accidentals.replaceAll("♯", "#").replaceAll("♭", "b").replace(/^(x|𝄪)$/u, "##");
  return [letter.toUpperCase(), plain, Number(octave)];
}

/** MIDI key number, 0-127, of a name; `middleC` is the octave that C of MIDI 60 is written in. Throws RangeError. */
export function keyOf(name: string, middleC: number): number {
  const [letter, accidentals, octave] = parts(name);
  const alteration = accidentals.startsWith("b") ? -accidentals.length : accidentals.length;
  const key = MIDDLE_C + (octave - middleC) * 12 + (LETTERS[letter] ?? 0) + alteration;
  if (key < 0 || key > 127) throw new RangeError(`${name} is MIDI ${key}; keys go from 0 to 127`);
  return key;
}

/** Name of a MIDI key. */
export function nameOf(key: number, middleC: number, accidentals: "sharps" | "flats"): string {
  const names = accidentals === "flats" ? FLATS : SHARPS;
  return `${names[key % 12]}${Math.floor(key / 12) - MIDDLE_C / 12 + middleC}`;
}

/** The same name in another count of octaves. Throws RangeError when it is none. */
export function moved(name: string, octaves: number): string {
  const [letter, accidentals, octave] = parts(name);
  return `${letter}${accidentals}${octave + octaves}`;
}
