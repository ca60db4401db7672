// Reads lines of properties.php and makes the same of them in TypeScript. Usage: node agree.mjs PIECES

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { toBars, toNotes } from "@boumbapp/note-form";

let count = 0;
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  const { notes, meters, middleC, bars } = JSON.parse(line);
  const same = toBars(notes, meters.map(([beats, beatUnit]) => ({ beats, beatUnit })), { middleC });
  assert.deepEqual(same, bars);
  assert.equal(toNotes(bars, { middleC }).length, notes.length);
  count += 1;
}
console.log(count);
