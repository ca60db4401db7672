// Writes each text file of a build compressed beside it, so that nothing has to be compressed while it is served.

import { promises as files } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|html|svg|json|txt)$/;
const SMALLEST = 1024;

/** The plugin. */
export function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const entry of await files.readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile() || !TEXT.test(entry.name)) continue;
        const content = await files.readFile(path);
        if (content.length < SMALLEST) continue;
        await files.writeFile(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
        await files.writeFile(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}
