// The licences of what is bundled, read from the packages themselves when the page is built.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** A package and its licence. */
export interface Licence {
  name: string;
  version: string;
  licence: string;
  notice: string;
}

interface Manifest {
  name?: string;
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
}

const ID = "virtual:licences";
const MODULES = fileURLToPath(new URL("../node_modules/", import.meta.url));

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf-8")) as Manifest;
}

function notice(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|ofl|FluidR3Mono_License)/i.test(name));
  return files.map((name) => readFileSync(join(folder, name), "utf-8").trim()).join("\n\n");
}

/** Every package that the page's own dependencies lead to, by name. */
export function licences(): Licence[] {
  const found = new Map<string, Licence>();
  const follow = (names: readonly string[]): void => {
    for (const name of names) {
      const folder = join(MODULES, name);
      if (found.has(name) || !existsSync(join(folder, "package.json"))) continue;
      const { version = "", license = "", dependencies = {} } = manifest(folder);
      if (!name.startsWith("@boumbapp/")) found.set(name, { name, version, licence: license, notice: notice(folder) });
      follow(Object.keys(dependencies));
    }
  };
  follow(Object.keys(manifest(fileURLToPath(new URL(".", import.meta.url))).dependencies ?? {}));
  return [...found.values()].toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Lets the page import them. */
export function licencesPlugin(): Plugin {
  return {
    name: "licences",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) => (id === `\0${ID}` ? `export default ${JSON.stringify(licences())};` : undefined),
  };
}
