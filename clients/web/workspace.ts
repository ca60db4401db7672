// How the packages of this repository are found from their sources, for Vite and Vitest alike.

import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Vite's `resolve`: our packages by their sources, and what they share once. */
export const resolve = {
  alias: [
    { find: /^@boumbapp\/experts$/, replacement: at("experts/src/index.ts") },
    { find: /^@boumbapp\/note-form$/, replacement: at("../note-form/ts/src/index.ts") },
    { find: /^@boumbapp\/contract\/(.*?)(\.js)?$/, replacement: `${at("../../gen/ts")}/$1.js` },
  ],
  dedupe: ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"],
};
