// Rewrites package-lock.json without what says nothing of what is installed: addresses are left out by .npmrc, funding here.
// Run as `npm run lock` after a change of a package.json.

import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf-8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
