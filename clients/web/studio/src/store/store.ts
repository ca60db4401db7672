/** The one store of the page. */
import type { GetPageResponse } from "@boumbapp/contract/boumbapp/rag/v2/rag_service_pb";
import { create } from "zustand";

import type { Alternative, Evidence, Intent, Notice } from "../contract";
import { preferred, type Locale } from "../i18n/translate";
import { emptyProject, headOf, layerOf, versionOf, type Entry, type Idea, type Layer, type Piece, type Project, type Version } from "./project";

export type Mode = "change" | "compose" | "ask";
export type Connection = "online" | "offline" | "reconnecting";
export type Theme = "dark" | "light";
export type SideTab = "versions" | "why" | "ask";
export type Sheet = "shortcuts" | "projects" | "export" | "licences";

/** Music that is on its way: what has arrived of it, and what was understood. */
export interface Draft {
  readonly kind: "compose" | "refine";
  readonly words: string;
  readonly piece: Piece;
  readonly explanation: string;
  readonly notices: readonly Notice[];
  /** Bars that arrived, as "part:index". */
  readonly arrived: ReadonlySet<string>;
  /** What an expert says it is doing while no bar comes; empty otherwise. */
  readonly progress: string;
}

/** A note or hit that is pointed at. */
export interface Pointed {
  readonly part: string;
  readonly bar: number;
  readonly id: number;
}

/** What is being worked on before a version exists: what the words so far mean. */
export interface Understood {
  readonly intent: Intent;
  readonly evidence: readonly Evidence[];
  readonly alternatives: readonly Alternative[];
}

export interface State {
  readonly project: Project;
  readonly draft: Draft | null;
  /** The version that is compared with, while it is shown in place of the head. */
  readonly compared: string | null;
  readonly connection: Connection;
  readonly playing: boolean;
  readonly looping: boolean;
  /** Bars that play round and round; all of them where null. */
  readonly span: { readonly first: number; readonly last: number } | null;
  readonly pointed: Pointed | null;
  /** The part that fills the stage for editing; null shows all. */
  readonly opened: string | null;
  /** The part that was worked with last; keys of layers act on it. */
  readonly active: string | null;
  /** Bars that a change altered, as "part:index", and when: they glow once. */
  readonly altered: { readonly at: number; readonly bars: ReadonlySet<string> };
  readonly mode: Mode;
  readonly words: string;
  readonly theme: Theme;
  readonly locale: Locale;
  readonly tab: SideTab;
  readonly sheet: Sheet | null;
  /** Whether the conversation is open where there is no room beside the stage. */
  readonly sideOpen: boolean;
  /** What to try next. */
  readonly ideas: readonly Idea[];
  /** The page of know-how that is being read. */
  readonly page: GetPageResponse | null;
  /** Bars that fit across the stage. */
  readonly across: number;
  /** What just happened, for a moment; the key makes the same text new. */
  readonly toast: { readonly text: string; readonly key: number } | null;
}

const NONE: ReadonlySet<string> = new Set();

/** The state of a page that was just opened. */
export function initialState(now: number): State {
  const dark = globalThis.matchMedia?.("(prefers-color-scheme: light)").matches !== true;
  return {
    project: emptyProject(now),
    draft: null,
    compared: null,
    connection: "online",
    playing: false,
    looping: true,
    span: null,
    pointed: null,
    opened: null,
    active: null,
    altered: { at: 0, bars: NONE },
    mode: "compose",
    words: "",
    theme: dark ? "dark" : "light",
    locale: preferred(globalThis.navigator?.languages ?? []),
    tab: "versions",
    sheet: null,
    sideOpen: false,
    ideas: [],
    page: null,
    across: 8,
    toast: null,
  };
}

export const useStudio = create<State>(() => initialState(Date.now()));

export const get = (): State => useStudio.getState();
export const set = useStudio.setState;

/** The piece on the stage: what arrives, what is compared with, or the head. */
export function shownPiece(state: State): Piece | undefined {
  return state.draft?.piece ?? (versionOf(state.project, state.compared) ?? headOf(state.project))?.piece;
}

/** The version whose reasons are shown. */
export function shownVersion(state: State): Version | undefined {
  return versionOf(state.project, state.compared) ?? headOf(state.project);
}

/** Change the project; what is saved follows from it. */
export function changeProject(change: (project: Project) => Project): void {
  set((state) => ({ project: { ...change(state.project), updated: Date.now() } }));
}

/** Add an entry to the conversation; a version becomes the one that is shown. */
export function addEntry(entry: Entry): void {
  changeProject((project) => ({
    ...project,
    title: project.title || entry.words,
    entries: [...project.entries, entry],
    head: entry.type === "version" ? entry.id : project.head,
  }));
}

/** Change what is kept of a version besides its music. */
export function amendVersion(id: string, change: Partial<Pick<Version, "stars" | "comment" | "suggestions" | "notices">>): void {
  changeProject((project) => ({
    ...project,
    entries: project.entries.map((entry) => (entry.type === "version" && entry.id === id ? { ...entry, ...change } : entry)),
  }));
}

/** Change how a part is played. */
export function changeLayer(part: string, change: Partial<Layer>): void {
  changeProject((project) => ({
    ...project,
    layers: { ...project.layers, [part]: { ...layerOf(project, part), ...change } },
  }));
}

/** Go to a version, as undo, redo and the list of versions do. */
export function goTo(id: string): void {
  const version = versionOf(get().project, id);
  if (!version) return;
  const before = shownPiece(get());
  changeProject((project) => ({ ...project, head: id }));
  set({ compared: null, pointed: null, altered: alteredBars(before, version.piece) });
}

/** The version before the one that is shown. */
export function undo(): void {
  const parent = headOf(get().project)?.parent;
  if (parent) goTo(parent);
}

/** The latest version that was made from the one that is shown. */
export function redo(): void {
  const { entries, head } = get().project;
  const next = entries.findLast((entry): entry is Version => entry.type === "version" && entry.parent === head);
  if (next) goTo(next.id);
}

/** Show the version before in place of the head, or the head again. */
export function compare(): void {
  const { compared, project } = get();
  const before = shownPiece(get());
  const other = compared ? null : (headOf(project)?.parent ?? null);
  set({ compared: other });
  const after = shownPiece(get());
  if (after) set({ altered: alteredBars(before, after) });
}

/** Bars of a piece that are not those of another one, to glow once. */
export function alteredBars(before: Piece | undefined, after: Piece): State["altered"] {
  const bars = new Set<string>();
  for (const part of after.parts) {
    const old = new Map(before?.parts.find((each) => each.id === part.id)?.bars.map((bar) => [bar.index, bar]));
    for (const bar of part.bars) if (old.get(bar.index) !== bar) bars.add(`${part.id}:${bar.index}`);
  }
  return { at: performance.now(), bars };
}

let toasts = 0;

/** Say what just happened. */
export function say(text: string): void {
  set({ toast: { text, key: ++toasts } });
}
