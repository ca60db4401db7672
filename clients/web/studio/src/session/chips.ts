/** What was understood, as chips: each says a slot, where its value comes from, and what happens when it is changed. */
import { create } from "@bufbuild/protobuf";

import { IntentOptionsSchema, KeySchema, Level, MeterSchema, Source, SwingSchema, type Intent, type Key } from "../contract";
import { text, type Locale } from "../i18n/translate";
import { printed } from "../music/names";
import { headOf, type Part, type Piece } from "../store/project";
import { addEntry, get } from "../store/store";
import { recompose, refine } from "./composing";
import { inKey } from "./harmony";
import { versionFrom } from "./pieces";

export type Slot = "key" | "style" | "mood" | "bpm" | "bars" | "meter" | "swing" | "density" | "register" | "progression";

export interface Chip {
  readonly slot: Slot;
  readonly value: string;
  /** Whether a person said it; what is chosen for them is drawn dashed. */
  readonly said: boolean;
  /** The words that say it; empty where none do. */
  readonly words: string;
}

const SLOTS: readonly Slot[] = ["key", "style", "bpm", "bars", "mood", "swing", "density", "register", "meter", "progression"];

/** Names of scales, styles and moods in a person's language, by slug. */
export type Labels = Readonly<Record<string, string>>;

/** How much swing is, as drum machines count it. */
export function swingPercent(amount: number): number {
  return Math.round(50 + amount * 50);
}

function shown(slot: Slot, piece: Piece, intent: Intent, locale: Locale, labels: Labels): string {
  switch (slot) {
    case "key":
      return `${printed(intent.key?.tonic ?? "C", locale)} ${labels[`scale:${intent.key?.scale}`] ?? intent.key?.scale.replaceAll("_", " ") ?? ""}`;
    case "style":
      return labels[`style:${intent.style}`] ?? (intent.style.replaceAll("_", " ") || text(locale, "anyStyle"));
    case "mood":
      return labels[`mood:${intent.mood}`] ?? (intent.mood.replaceAll("_", " ") || text(locale, "anyMood"));
    case "bpm":
      return String(Math.round(piece.bpm * 10) / 10);
    case "bars":
      return String(piece.length);
    case "meter":
      return `${intent.meter?.beats ?? 4}/${intent.meter?.beatUnit ?? 4}`;
    case "swing": {
      const amount = piece.swing?.amount ?? intent.swing?.amount ?? 0;
      return amount < 0.005 ? text(locale, "straight") : `${swingPercent(amount)} %`;
    }
    case "density":
      return text(locale, `level${levelName(intent.density)}`);
    case "register":
      return text(locale, `pitch${levelName(intent.register)}`);
    case "progression":
      return intent.progression.map((chord) => chord.symbol).join(" ") || text(locale, "ownChords");
  }
}

function levelName(level: Level): "Low" | "Medium" | "High" {
  return level === Level.LOW ? "Low" : level === Level.HIGH ? "High" : "Medium";
}

/**
 * The chips of a piece, those that were said first.
 *
 * @param piece The piece.
 * @param locale The person's language.
 * @param labels Names from the catalogue.
 */
export function chipsOf(piece: Piece, locale: Locale, labels: Labels): Chip[] {
  const { intent } = piece;
  if (!intent) return [];
  const chips = SLOTS.map((slot): Chip => {
    const evidence = intent.evidence.filter((each) => each.slot === slot || each.slot.startsWith(`${slot}.`));
    const byHand = isSet(piece, slot);
    const spoken = evidence.filter(({ source }) => source === Source.PROMPT || source === Source.OVERRIDE);
    const words = [...new Set(spoken.map((each) => each.words).filter(Boolean))].join(" ");
    return { slot, value: shown(slot, piece, intent, locale, labels), said: byHand || spoken.length > 0, words: byHand ? "" : words };
  });
  return [...chips.filter((chip) => chip.said), ...chips.filter((chip) => !chip.said)];
}

function isSet(piece: Piece, slot: Slot): boolean {
  const { overrides } = piece;
  switch (slot) {
    case "key":
      return overrides.tonality.case !== undefined;
    case "density":
    case "register":
      return overrides[slot] !== Level.UNSPECIFIED;
    case "style":
    case "progression":
      return overrides[slot] !== "";
    case "mood":
      return false;
    default:
      return overrides[slot] !== undefined;
  }
}

function current(): Piece | undefined {
  return headOf(get().project)?.piece;
}

const label = (slot: Slot, value: string): string => `${text(get().locale, `slot_${slot}`)} : ${value}`.replace(" :", get().locale === "fr" ? " :" : ":");

/** Move the music to a key; where words cannot do it, it is composed again in it. */
export async function setKey(key: Key, shownAs: string): Promise<void> {
  const piece = current();
  if (!piece) return;
  const same = piece.intent?.key?.tonic === key.tonic;
  const scale = key.scale.replaceAll("_", " ");
  const words = same ? `in ${scale}` : `transpose to ${key.tonic} ${scale}`;
  const moved = await refine(words, shownAs, { finish: (made) => inKey(made, key), quiet: piece.prompt !== "" });
  if (!moved && piece.prompt) {
    await recompose(create(IntentOptionsSchema, { ...piece.overrides, tonality: { case: "key", value: key } }), shownAs);
  }
}

/** Another key. */
export function changeKey(tonic: string, scale: string, shownAs: string): Promise<void> {
  return setKey(create(KeySchema, { tonic, scale }), label("key", shownAs));
}

/** A part without tempi of its own, as bars of files may have. */
function atOneTempo(part: Part): Part {
  if (part.bars.every((bar) => bar.bpm === undefined)) return part;
  const bars = part.bars.map((bar) => {
    const plain = { ...bar };
    delete plain.bpm;
    return plain;
  });
  return { ...part, bars };
}

/** Another tempo: the notes stay. */
export function changeTempo(bpm: number): void {
  const head = headOf(get().project);
  if (!head || !(bpm >= 20 && bpm <= 400) || bpm === head.piece.bpm) return;
  const { piece } = head;
  const changed: Piece = {
    ...piece,
    bpm,
    overrides: { ...piece.overrides, bpm },
    intent: piece.intent && { ...piece.intent, bpm },
    parts: piece.parts.map(atOneTempo),
  };
  addEntry(versionFrom({ ...head, kind: "changed", words: label("bpm", String(bpm)), piece: changed, parent: head.id, at: Date.now(), edits: [], notices: [], stars: 0, comment: "", firstBarMs: undefined }, piece));
}

/** Another style, density, register, metre or progression: composed again with it; what is locked stays. */
export function changeSlot(slot: "style" | "density" | "register" | "meter" | "progression", value: string, shownAs: string): Promise<void> {
  const piece = current();
  if (!piece) return Promise.resolve();
  const change = (() => {
    switch (slot) {
      case "style":
      case "progression":
        return { [slot]: value };
      case "density":
      case "register":
        return { [slot]: Number(value) as Level };
      case "meter": {
        const [beats, beatUnit] = value.split("/").map(Number);
        return { meter: create(MeterSchema, { beats: beats ?? 4, beatUnit: beatUnit ?? 4 }) };
      }
    }
  })();
  return recompose(create(IntentOptionsSchema, { ...piece.overrides, ...change }), label(slot, shownAs));
}

/** A mood has no slot of its own to set: the words say it. */
export function changeMood(name: string): Promise<void> {
  const piece = current();
  if (!piece) return Promise.resolve();
  return recompose(piece.overrides, label("mood", name), `${piece.prompt}, ${name}`);
}

/** Another length: what is there stays, and more is composed after it or bars are taken from the end. */
export async function changeLength(bars: number): Promise<void> {
  const { locale } = get();
  const words = text(locale, "sayBars", { bars });
  await refine(words, label("bars", String(bars)), {
    finish: (made) => Promise.resolve({ ...made, overrides: { ...made.overrides, bars } }),
  });
}

/** Another swing: notes stay, their timing moves. */
export async function changeSwing(amount: number): Promise<void> {
  const percent = swingPercent(amount);
  const words = amount < 0.005 ? text(get().locale, "sayStraight") : `swing ${percent}%`;
  const unit = current()?.swing?.unit ?? 0;
  await refine(words, label("swing", amount < 0.005 ? text(get().locale, "straight") : `${percent} %`), {
    finish: (made) => {
      const swing = create(SwingSchema, { amount, unit });
      return Promise.resolve({ ...made, swing, overrides: { ...made.overrides, swing } });
    },
  });
}
