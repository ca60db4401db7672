// Properties of @boumbapp/note-form; random by a fixed seed. Usage: node properties.mjs

import assert from "node:assert/strict";
import fc from "fast-check";
import { toBars, toNotes } from "@boumbapp/note-form";

const options = { seed: 20261128, numRuns: 500 };
const SHARPS = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const NAMES = [...SHARPS, "Db", "Eb", "Gb", "Ab", "Bb", "E#", "Fb", "F##", "Bbb"];
const name = fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 7 })).map(([letter, octave]) => letter + octave);
const note = fc.record({
  pitch: name,
  start: fc.integer({ min: 0, max: 64 * 120 }).map((ticks) => ticks / 120),
  duration: fc.integer({ min: 1, max: 40 * 120 }).map((ticks) => ticks / 120),
  velocity: fc.integer({ min: 1, max: 127 }),
});
const meter = fc.constantFrom({ beats: 4, beatUnit: 4 }, { beats: 3, beatUnit: 4 }, { beats: 7, beatUnit: 8 }, { beats: 5, beatUnit: 16 });
// What sounds at once must differ in pitch, or a tie cannot tell which of two it prolongs.
const piece = fc.uniqueArray(note, { maxLength: 24, selector: ({ pitch }) => pitch });
const ticks = (value) => Math.round(value * 120);
const comparable = (notes) =>
  notes.map(({ pitch, start, duration, velocity }) => [ticks(start), pitch, ticks(duration), velocity]).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
const steps = ({ beats, beatUnit }) => (beats * 16) / beatUnit;

fc.assert(
  fc.property(piece, fc.array(meter, { minLength: 1, maxLength: 4 }), fc.integer({ min: 3, max: 5 }), (notes, meters, middleC) => {
    const bars = toBars(notes, meters, { middleC });
    assert.deepEqual(comparable(toNotes(bars, { middleC })), comparable(notes));
    bars.forEach((bar, index) => {
      assert.equal(bar.index, index);
      assert.deepEqual(bar.meter, meters[index] ?? meters.at(-1));
      for (const { pitch, startStep, durationSteps, offsetTicks, releaseTicks } of bar.notes) {
        assert.ok(pitch >= 0 && pitch <= 127 && Number.isInteger(startStep) && Number.isInteger(durationSteps));
        assert.ok(startStep >= 0 && durationSteps >= 1 && startStep + durationSteps <= steps(bar.meter));
        assert.ok(Math.abs(offsetTicks) <= 120 && Math.abs(releaseTicks) <= 120);
      }
    });
    // Through JSON and in any order, with what is zero left out: as a client gets bars.
    const sent = JSON.parse(JSON.stringify(bars, (_, value) => (value === 0 || value === false ? undefined : value)));
    assert.deepEqual(comparable(toNotes(sent.reverse(), { middleC })), comparable(notes));
    assert.deepEqual(toBars(toNotes(bars, { middleC }), meters, { middleC }).flatMap(({ notes }) => notes).length, bars.flatMap(({ notes }) => notes).length);
  }),
  options,
);

// C3 is MIDI 48 where middle C is C4, and 60 where it is C3.
const one = (pitch) => [{ pitch, start: 0, duration: 1, velocity: 90 }];
assert.equal(toBars(one("C3"))[0].notes[0].pitch, 48);
assert.equal(toBars(one("C3"), undefined, { middleC: 3 })[0].notes[0].pitch, 60);
assert.equal(toBars(one("C3"), undefined, { middleC: 3 })[0].notes[0].name, "C4");
for (let key = 0; key < 128; key += 1) {
  const bar = { meter: { beats: 4, beatUnit: 4 }, notes: [{ pitch: key, durationSteps: 1, velocity: 1 }] };
  for (const accidentals of ["sharps", "flats"]) {
    const [{ pitch }] = toNotes([bar], { accidentals });
    assert.equal(toBars(one(pitch))[0].notes[0].pitch, key);
    assert.ok(!pitch.includes(accidentals === "sharps" ? "b" : "#"));
  }
}
assert.equal(toBars(one("B#3"))[0].notes[0].pitch, 60);
assert.equal(toBars(one("Cb4"))[0].notes[0].pitch, 59);
assert.equal(toBars(one("c♯4"))[0].notes[0].pitch, 61);

// Ties: joined over bars; alone, a note; each voice by its pitch; a struck note at the bar line is another one.
const full = { beats: 4, beatUnit: 4 };
const whole = { pitch: 60, durationSteps: 16, velocity: 80 };
const tied = { pitch: 60, durationSteps: 16, velocity: 20, tied: true, releaseTicks: -60, offsetTicks: 30 };
assert.deepEqual(toNotes([0, 1, 2].map((index) => ({ index, meter: full, notes: [index ? tied : whole] }))), [
  { pitch: "C4", start: 0, duration: 47.5, velocity: 80 },
]);
assert.equal(toNotes([{ meter: full, notes: [tied] }]).length, 1);
assert.equal(toNotes([0, 1].map((index) => ({ index, meter: full, notes: [whole] }))).length, 2);
assert.equal(toNotes([{ meter: full, notes: [whole] }, { index: 2, meter: full, notes: [tied] }]).length, 2);
// Micro-timing in ticks, and grids other than sixteenths.
assert.equal(toNotes([{ meter: full, notes: [{ ...whole, offsetTicks: 12, startStep: 1 }] }])[0].start, 1.1);
assert.equal(toNotes([{ meter: full, divisions: 6, notes: [{ ...whole, startStep: 4 }] }])[0].start, 4 * 4 / 6);

// Drums: hits are notes of General MIDI's kit, and back.
const KEYS = [36, 38, 37, 39, 42, 44, 46, 45, 47, 50, 51, 49, 56, 70, 54];
const keyed = KEYS.map((pitch, index) => ({ pitch, startStep: index % 16, durationSteps: 1, velocity: 1 + index, offsetTicks: index - 7 * (index > 6) }));
const groove = toNotes([{ meter: full, notes: keyed }, { index: 1, meter: full, notes: keyed }]).map((note) => ({ ...note, duration: 1 }));
const hits = toBars(groove, undefined, { drums: true });
assert.deepEqual(toNotes(hits), groove);
assert.deepEqual(hits.map((bar) => bar.hits.map(({ piece }) => piece)), [KEYS, KEYS].map((keys) => keys.map((_, index) => index + 1)));
const named = { meter: full, hits: [{ piece: "DRUM_PIECE_SNARE", step: 4, velocity: 9, offsetTicks: -30 }, { piece: "DRUM_PIECE_OF_TOMORROW" }, { piece: 99 }, {}] };
assert.deepEqual(toNotes([named]), [{ pitch: "D2", start: 3.75, duration: 1, velocity: 9 }]);
assert.throws(() => toBars(one("C4"), undefined, { drums: true }), RangeError);

for (const bad of ["H3", "C", "", "C#b3", "3", "C99", "C-9", "C 3"]) assert.throws(() => toBars(one(bad)), RangeError, bad);
for (const change of [{ start: -1 }, { start: NaN }, { duration: 0 }, { velocity: 0 }, { velocity: 128 }, { velocity: 0.5 }]) {
  assert.throws(() => toBars([{ ...one("C3")[0], ...change }]), RangeError);
}
assert.throws(() => toNotes([{ index: 1 }, { index: 1 }]), RangeError);
assert.deepEqual(toBars([]), []);
console.log("all hold");
