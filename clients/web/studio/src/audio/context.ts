// The audio context, Tone.js on it, and the clock that keeps both going.

import { Context } from "tone/build/esm/core/context/Context.js";
import { OfflineContext } from "tone/build/esm/core/context/OfflineContext.js";
import { setContext } from "tone/build/esm/core/Global.js";
import "tone/build/esm/core/clock/Transport.js"; // what a context of Tone.js brings up
import "tone/build/esm/core/context/Destination.js";
import "tone/build/esm/core/context/Listener.js";
import "tone/build/esm/core/util/Draw.js";

let opened = false;

export interface Sound {
  native: AudioContext;
  tone: Context;
  /** Stop everything. */
  close(): Promise<void>;
}

/**
 * Open the sound.
 *
 * @param tick Called about twenty times a second, also while the page is hidden.
 */
export function openSound(tick: () => void): Sound {
  const native = new AudioContext({ latencyHint: "interactive" });
  // Its own clock would be a worker made from text, which the page's content security policy forbids.
  const tone = new Context({ context: native, clockSource: "offline", lookAhead: 0 });
  setContext(tone);
  opened = true;
  const clock = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });
  clock.addEventListener("message", () => {
    tone.emit("tick"); // ends what Tone.js has to end
    tick();
  });
  return {
    native,
    tone,
    async close() {
      opened = false;
      clock.terminate();
      await native.close();
    },
  };
}

/** Tone.js on a sound that nobody waits for. It looks for a context of the page's now and then, and would make one. */
export function offline(native: OfflineAudioContext): OfflineContext {
  const context = new OfflineContext(native);
  if (!opened) setContext(context);
  return context;
}
