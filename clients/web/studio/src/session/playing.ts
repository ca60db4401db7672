/** The sound follows the store: what is on the stage is what plays. */
import { createEngine } from "../audio/engine";
import type { Engine, EngineState } from "../audio/types";
import type { Bar, DrumPiece } from "../contract";
import { barTicks, QUARTER } from "../music/time";
import { layerOf, sounds, type Example, type Part, type Piece } from "../store/project";
import { get, set, shownPiece, useStudio, type State } from "../store/store";

let engine: Engine | undefined;
let loaded: Piece | undefined;
/** Bars that wait for the bar that sounds to end, by part. */
const held = new Map<string, { readonly part: string; readonly bar: Bar }>();
/** Runs what waits: bars when theirs is over, a tempo just before the next bar line. */
let heldTimer: ReturnType<typeof setInterval> | undefined;
let tempoTimer: ReturnType<typeof setTimeout> | undefined;
const HELD_MS = 200;
const BEFORE_LINE_MS = 45; // what is struck closer than this stays as it is
let example = false;
let exampleStarted = false;
/** From the wish to play until the engine does. */
let starting = false;

/** The engine; made when it is first needed. */
export function sound(): Engine {
  if (!engine) {
    engine = createEngine();
    engine.subscribe(() => {
      hear(engine!.state());
      for (const listener of listeners) listener();
    });
  }
  return engine;
}

/** What the engine says of itself, for what shows it. */
export function soundState(): EngineState | undefined {
  return engine?.state();
}

const listeners = new Set<() => void>();

/** Called after each change of the engine's state, once there is one; returns what ends it. */
export function onSound(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function hear(state: EngineState): void {
  const playing = state.play !== "stopped";
  if (example) {
    if (!playing && exampleStarted) restore();
    exampleStarted = playing;
    return;
  }
  if (!playing) flush();
  if (playing !== get().playing && !starting) set({ playing });
}

/** Where the playhead is: the bar and how much of it is over. Undefined while nothing plays and nothing was sought. */
export function playhead(): { readonly bar: number; readonly inBar: number } | undefined {
  if (!engine || example) return undefined;
  const { bar, inBar } = engine.position();
  return { bar, inBar };
}

/** Begin to play from the first bar, as soon as there is one. */
export async function playFromStart(): Promise<void> {
  const piece = shownPiece(get());
  if (!piece) return;
  await begin(piece, true);
}

async function begin(piece: Piece, fromStart: boolean): Promise<void> {
  starting = true;
  set({ playing: true });
  try {
    sync(piece, get());
    if (fromStart) sound().seek(get().span?.first ?? 0);
    await sound().play();
  } finally {
    starting = false;
    set({ playing: sound().state().play !== "stopped" });
  }
}

/** Play, or pause. */
export async function togglePlaying(): Promise<void> {
  if (example) {
    restore();
    return;
  }
  const piece = shownPiece(get());
  if (!piece?.parts.length) return;
  if (get().playing) {
    set({ playing: false });
    sound().pause();
  } else {
    await begin(piece, false);
  }
}

/** Stop, and forget the piece: what comes next on the stage is another one. */
export function stopPlaying(): void {
  example = false;
  loaded = undefined;
  set({ playing: false });
  engine?.pause();
}

/** Go to the beginning of a bar. */
export function seekBar(bar: number): void {
  sound().seek(bar);
}

/** Sound a note or a stroke, as it is pointed at or written. */
export function audition(part: string, pitch: number, velocity: number): void {
  if (!get().playing) sound().audition(part, pitch, velocity);
}

const GENERAL_MIDI: readonly number[] = [0, 36, 38, 37, 39, 42, 44, 46, 45, 47, 50, 51, 49, 56, 70, 54];

/** The same for a piece of the kit. */
export function auditionHit(part: string, piece: DrumPiece, velocity: number): void {
  audition(part, GENERAL_MIDI[piece] ?? 37, velocity);
}

/** Play an example of an answer; the piece comes back when it is over. */
export async function playExample({ track, bpm }: Example): Promise<void> {
  const wasExample = example;
  example = true;
  if (get().playing && !wasExample) set({ playing: false });
  const bars = Math.max(...track.bars.map((bar) => bar.index), 0) + 1;
  sound().loop(null);
  sound().load({ bpm, bars, parts: [{ id: track.id, role: track.role, program: track.program, bars: track.bars }] });
  await sound().play();
}

/** Whether an example plays. */
export function playingExample(): boolean {
  return example;
}

function restore(): void {
  example = false;
  loaded = undefined;
  const piece = shownPiece(get());
  engine?.pause();
  if (piece) sync(piece, get());
}

/** Give the engine what is on the stage. */
function sync(piece: Piece, state: State): void {
  const player = sound();
  const before = loaded;
  loaded = piece;
  if (!before) {
    forget();
    player.load({ bpm: piece.bpm, bars: piece.length, parts: piece.parts.map(asPart) });
    mix(state);
    loop(state);
    return;
  }
  if (before.length !== piece.length) {
    if (piece.length < before.length) player.cut(null, piece.length);
    player.expect(piece.length);
    loop(state);
  }
  if (before.bpm !== piece.bpm) changeTempo(before, piece, state.playing);
  const old = new Map(before.parts.map((part) => [part.id, part]));
  for (const part of piece.parts) {
    const known = old.get(part.id);
    if (!known || known.program !== part.program) player.part(asPart(part));
    if (known?.bars !== part.bars) putBars(part, known, state.playing);
    old.delete(part.id);
  }
  for (const gone of old.keys()) player.remove(gone);
  mix(state);
}

function asPart(part: Part): { id: string; role: Part["role"]; program: number | undefined; bars: readonly Bar[] } {
  return { id: part.id, role: part.role, program: part.program, bars: part.bars };
}

/** A tempo acts at the next bar line: given to the engine so late that nothing that sounds is cut, and for all bars at once. */
function changeTempo(before: Piece, piece: Piece, playing: boolean): void {
  clearTimeout(tempoTimer);
  const player = sound();
  const { bar, inBar } = player.position();
  const meter = before.parts[0]?.bars.find((each) => each.index === bar)?.meter ?? before.intent?.meter;
  const barMs = (barTicks(meter) / QUARTER) * (60_000 / before.bpm);
  const left = (1 - inBar) * barMs - player.state().latencyMs - BEFORE_LINE_MS;
  if (!playing) player.tempo(piece.bpm);
  else tempoTimer = setTimeout(() => player.tempo(piece.bpm), left > 0 ? left : left + barMs);
}

/** Put what differs. The bar that sounds keeps its notes until it is over: a change acts from the next bar line on. */
function putBars(part: Part, known: Part | undefined, playing: boolean): void {
  const player = sound();
  const old = new Map(known?.bars.map((bar) => [bar.index, bar]));
  const sounding = playing ? player.position().bar : -1;
  for (const bar of part.bars) {
    const was = old.get(bar.index);
    if (was === bar) continue;
    const key = `${part.id}:${bar.index}`;
    if (was && bar.index === sounding) hold(key, part.id, bar);
    else {
      held.delete(key);
      player.put(part.id, bar);
    }
  }
}

function hold(key: string, part: string, bar: Bar): void {
  held.set(key, { part, bar });
  heldTimer ??= setInterval(() => flushBut(sound().position().bar), HELD_MS);
}

/** Put the bars that waited, but for the one that still sounds. */
function flushBut(sounding: number): void {
  for (const [key, { part, bar }] of held) {
    if (bar.index === sounding) continue;
    held.delete(key);
    engine?.put(part, bar);
  }
  if (held.size) return;
  clearInterval(heldTimer);
  heldTimer = undefined;
}

/** Put everything that waited. */
function flush(): void {
  flushBut(-1);
}

/** What waited belongs to another piece. */
function forget(): void {
  held.clear();
  clearTimeout(tempoTimer);
}

function mix(state: State): void {
  const piece = loaded;
  if (!piece) return;
  for (const { id } of piece.parts) {
    const layer = layerOf(state.project, id);
    engine?.mix(id, { mute: !sounds(state.project, id) && !layer.solo, solo: layer.solo, volume: layer.volume });
  }
}

function loop(state: State): void {
  const piece = loaded;
  if (!piece?.length) return;
  const all = { from: 0, to: piece.length };
  engine?.loop(state.span ? { from: state.span.first, to: state.span.last + 1 } : state.looping ? all : null);
}

/** Keep the sound in step with the store from now on; returns what ends it. */
export function followStore(): () => void {
  return useStudio.subscribe((state, before) => {
    if (!engine && !state.playing) return;
    if (example) return;
    const piece = shownPiece(state);
    if (piece && piece !== loaded) sync(piece, state);
    else if (!piece && loaded) {
      loaded = undefined;
      engine?.pause();
    } else if (state.project.layers !== before.project.layers) mix(state);
    if (state.looping !== before.looping || state.span !== before.span) loop(state);
  });
}
