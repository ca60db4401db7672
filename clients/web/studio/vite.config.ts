import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "../compress.ts";
import { resolve } from "../workspace.ts";
import { licencesPlugin } from "./licences.ts";

export default defineConfig({
  plugins: [react(), licencesPlugin(), compressed()],
  resolve,
  worker: { format: "es" },
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // the page may load what its own origin serves, and nothing that is written into it
    modulePreload: { polyfill: false }, // which would be an inline script to old browsers
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { "^/(boumbapp\\.|session)": { target: "http://127.0.0.1:8080" } } },
});
