/** Keys of the whole page: what each does, and the list that the sheet shows. Single keys act only where nothing is typed. */
import type { TextKey } from "../i18n/translate";
import { complete, regenerate } from "../session/composing";
import { saveMusic } from "../session/files";
import { seekBar, togglePlaying } from "../session/playing";
import { follow } from "../session/suggesting";
import { activePart } from "../roll/lane-head";
import { zoom } from "../roll/stage";
import { focusPrompt } from "../panels/prompt";
import { layerOf, type Layer } from "../store/project";
import { changeLayer, changeProject, compare, get, redo, set, undo } from "../store/store";

export interface Shortcut {
  /** As the sheet shows them. */
  readonly keys: readonly string[];
  readonly says: TextKey;
  /** Whether an event asks for it; undefined for keys that lanes deal with themselves. */
  readonly on?: (event: KeyboardEvent) => boolean;
  readonly act?: (event: KeyboardEvent) => void;
}

const plain = (key: string) => (event: KeyboardEvent): boolean => event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey;
const control = (key: string, shift = false) => (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === key && event.shiftKey === shift;

function layer(change: (layer: Layer) => Partial<Layer>): void {
  const part = activePart();
  if (part) changeLayer(part, change(layerOf(get().project, part)));
}

function lockBars(): void {
  const { span, pointed } = get();
  const first = span?.first ?? pointed?.bar;
  if (first === undefined) return;
  const last = span?.last ?? first;
  const bars = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  changeProject((project) => {
    const all = bars.every((bar) => project.lockedBars.includes(bar));
    const rest = project.lockedBars.filter((bar) => !bars.includes(bar));
    return { ...project, lockedBars: all ? rest : [...rest, ...bars].toSorted((one, other) => one - other) };
  });
}

/** Every key, in the order of the sheet. */
export const SHORTCUTS: readonly { readonly title: TextKey; readonly list: readonly Shortcut[] }[] = [
  {
    title: "keysPlay",
    list: [
      { keys: ["Space"], says: "keyPlay", on: plain(" "), act: () => void togglePlaying() },
      { keys: ["Home"], says: "toStart", on: plain("Home"), act: () => seekBar(get().span?.first ?? 0) },
      { keys: ["["], says: "zoomOut", on: plain("["), act: () => zoom(2) },
      { keys: ["]"], says: "zoomIn", on: plain("]"), act: () => zoom(0.5) },
      { keys: ["Escape"], says: "keyWhole", on: plain("Escape"), act: () => set({ span: null, pointed: null, opened: null, sideOpen: false }) },
    ],
  },
  {
    title: "keysSay",
    list: [
      { keys: ["/"], says: "keySentence", on: plain("/"), act: () => focusPrompt() },
      { keys: ["1", "2", "3"], says: "keyIdeas", on: (event) => /^[123]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey, act: (event) => {
        const idea = get().ideas[Number(event.key) - 1];
        if (idea) void follow(idea);
      } },
      { keys: ["q"], says: "keyAsk", on: plain("q"), act: () => focusPrompt("ask") },
      { keys: ["Ctrl", "Z"], says: "undo", on: control("z"), act: undo },
      { keys: ["Ctrl", "⇧", "Z"], says: "redo", on: control("z", true), act: redo },
      { keys: ["b"], says: "compare", on: plain("b"), act: compare },
    ],
  },
  {
    title: "keysLayers",
    list: [
      { keys: ["m"], says: "mute", on: plain("m"), act: () => layer(({ muted }) => ({ muted: !muted })) },
      { keys: ["s"], says: "solo", on: plain("s"), act: () => layer(({ solo }) => ({ solo: !solo })) },
      { keys: ["l"], says: "lock", on: plain("l"), act: () => layer(({ locked }) => ({ locked: !locked })) },
      { keys: ["⇧", "L"], says: "lockBars", on: (event) => event.shiftKey && plain("L")(event), act: lockBars },
      { keys: ["r"], says: "regenerate", on: plain("r"), act: () => {
        const part = activePart();
        if (part) void regenerate(part);
      } },
      { keys: ["c"], says: "complete", on: plain("c"), act: () => {
        const part = activePart();
        if (part) void complete(part);
      } },
      { keys: ["e"], says: "openLane", on: plain("e"), act: () => set({ opened: get().opened ? null : (activePart() ?? null) }) },
    ],
  },
  {
    title: "keysNotes",
    list: [
      { keys: ["←", "→"], says: "keyNotes" },
      { keys: ["↑", "↓"], says: "keyBars" },
      { keys: ["Alt", "←↑↓→"], says: "keyMove" },
      { keys: ["n"], says: "keyAdd" },
      { keys: ["Delete"], says: "removeNote" },
      { keys: ["+", "−"], says: "keyVelocity" },
      { keys: [",", "."], says: "keyLength" },
      { keys: ["⇧", "Delete"], says: "emptyBar" },
    ],
  },
  {
    title: "keysProject",
    list: [
      { keys: ["o"], says: "projects", on: plain("o"), act: () => set({ sheet: "projects" }) },
      { keys: ["x"], says: "export", on: plain("x"), act: () => set({ sheet: "export" }) },
      { keys: ["Ctrl", "S"], says: "saveMidi", on: control("s"), act: () => void saveMusic("midi") },
      { keys: ["?"], says: "shortcuts", on: plain("?"), act: () => set({ sheet: "shortcuts" }) },
    ],
  },
];

const OFF = "boumb-single-keys-off";

/** Whether single keys are switched off. */
export function singleKeysOff(): boolean {
  return localStorage.getItem(OFF) === "yes";
}

/** Switch them off or on. */
export function switchSingleKeys(off: boolean): void {
  if (off) localStorage.setItem(OFF, "yes");
  else localStorage.removeItem(OFF);
}

/** Do what a key asks, where it is not typed into something. */
export function pressed(event: KeyboardEvent): void {
  const target = event.target instanceof Element ? event.target : document.body;
  const held = event.ctrlKey || event.metaKey;
  if (event.defaultPrevented || get().sheet || target.closest("textarea, input:not([type='range'], [type='radio']), select, [role='dialog']")) return;
  if (event.key === " " && target.closest("button, a, [role='tab']")) return;
  if ((event.key === "Home" || event.key === "Escape") && target.closest("input")) return;
  if (!held && event.key.length === 1 && event.key !== " " && singleKeysOff()) return;
  for (const { list } of SHORTCUTS) {
    const found = list.find((shortcut) => shortcut.on?.(event));
    if (found?.act) {
      event.preventDefault();
      found.act(event);
      return;
    }
  }
}
