// What the first note costs is paid before it: the browser compiles the synthesisers, and their noise is made, while the page
// is idle. Nothing sounds, and no permission is needed.

import { Gain } from "tone/build/esm/core/context/Gain.js";
import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import { offline } from "../context.ts";
import { synthesiser } from "./synths.ts";

const RATE = 44100;
const SECONDS = 0.1;
const NOTES: readonly [role: Role, keys: readonly number[]][] = [
  [Role.DRUMS, [36, 38, 42, 46]],
  [Role.BASS, [36]],
  [Role.CHORDS, [60]],
  [Role.MELODY, [72]],
  [Role.PAD, [60]],
];

/** Play each synthesiser once, for nobody; a little at a time. */
export async function warm(): Promise<void> {
  for (const [role, keys] of NOTES) {
    await idle();
    const context = offline(new OfflineAudioContext(2, SECONDS * RATE, RATE));
    const instrument = synthesiser(context, role, new Gain({ context }));
    for (const key of keys) {
      instrument.strike(0.01, { onset: 0.01, line: 0, release: 0.05, key, velocity: 90, from: key, glide: 0 });
      instrument.strike(0.03, { onset: 0.03, line: 0, release: 0.05, key, velocity: 90, from: key, glide: 0 });
    }
    instrument.dispose();
  }
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 50); // Safari
  });
}
