// The page of the tests, built as the studio is: see clients/web/studio/vite.config.ts.

import { defineConfig } from "vite";
import { compressed } from "../../../compress.ts";
import { resolve } from "../../../workspace.ts";

export default defineConfig({
  plugins: [compressed()],
  resolve,
  worker: { format: "es" },
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000 },
});
