// How fast the page is: interactive after, first bar after, frames with thousands of notes, memory while it loops.
// `node bench.mjs ORIGIN CHROMIUM [OPTION...]`, one line of JSON. MINUTES is how long it loops, 1 when unset.

import { readFile } from "node:fs/promises";
import { openBrowser, open, versionsAre } from "./driver.mjs";

const VISITS = 7;
const FRAMES_S = 6;
const NOTES = 5000;

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** Frames that the page gets while something is done in each. */
function frames(page, seconds, pixels) {
  return page.evaluate(
    ([length, step]) =>
      new Promise((resolve) => {
        const stage = document.querySelector(".stage");
        const times = [];
        let direction = 1;
        const end = performance.now() + length * 1000;
        const each = (now) => {
          times.push(now);
          if (stage.scrollLeft + stage.clientWidth >= stage.scrollWidth - 2) direction = -1;
          else if (stage.scrollLeft <= 0) direction = 1;
          if (step) stage.scrollLeft += step * direction;
          if (now < end) requestAnimationFrame(each);
          else resolve(times.slice(1).map((time, at) => time - times[at]));
        };
        requestAnimationFrame(each);
      }),
    [seconds, pixels],
  );
}

function summary(deltas) {
  const sorted = deltas.toSorted((one, other) => one - other);
  const total = deltas.reduce((sum, delta) => sum + delta, 0);
  return {
    per_s: Math.round((1000 * deltas.length) / total),
    p95_ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] * 10) / 10,
    late: deltas.filter((delta) => delta > 25).length,
  };
}

async function heap(session) {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "JSHeapUsedSize").value / 2 ** 20;
}

const [origin, executable, ...options] = process.argv.slice(2);
const browser = await openBrowser(executable, options);
const interactive = [];
const drawn = [];
for (let visit = 0; visit < VISITS; visit++) {
  const page = await open(browser, origin);
  interactive.push(await page.evaluate(() => performance.now()));
  await page.waitForTimeout(400); // the examples are read ahead, as by somebody who reads them
  await page.evaluate(() => {
    addEventListener("click", () => (globalThis.pressed ??= performance.now()), true);
    const watch = () => {
      if (globalThis.pressed && document.querySelector(".tile")) globalThis.drawn ??= performance.now() - globalThis.pressed;
      if (!globalThis.drawn) requestAnimationFrame(watch);
    };
    watch();
  });
  await page.click(".example >> nth=0");
  await versionsAre(page, 1);
  drawn.push(await page.evaluate(() => globalThis.drawn));
  await page.context().close();
}

/** A kept project whose piece is repeated until it has enough notes; the notes are those that were composed. */
function repeated(project) {
  const { piece } = project.entries.findLast((entry) => entry.type === "version");
  const { length } = piece;
  const first = piece.parts.map((part) => part.bars.map((place) => project.bars[place]));
  const inAll = first.flat().reduce((sum, bar) => sum + (bar.notes?.length ?? 0) + (bar.hits?.length ?? 0), 0);
  const times = Math.ceil(NOTES / inAll);
  piece.parts.forEach((part, at) => {
    for (let time = 1; time < times; time++) {
      for (const bar of first[at]) part.bars.push(project.bars.push({ ...bar, index: (bar.index ?? 0) + time * length }) - 1);
    }
  });
  piece.length = length * times;
  return project;
}

const page = await open(browser, origin);
await page.click(".example >> nth=0");
await versionsAre(page, 1);
await page.click('button[aria-label="Projects"]');
const [file] = await Promise.all([page.waitForEvent("download"), page.click('button:has-text("Save as a file")')]);
const long = JSON.stringify(repeated(JSON.parse(await readFile(await file.path(), "utf-8"))));
await page.setInputFiles('input[type="file"]', { name: "long.boumb.json", mimeType: "application/json", buffer: Buffer.from(long) });
await page.waitForSelector(".sheet", { state: "detached" });
const notes = await page.evaluate(() =>
  [...document.querySelectorAll(".lane-grid")].reduce((sum, lane) => sum + Number(/(\d+) notes/.exec(lane.getAttribute("aria-label"))[1]), 0),
);
await page.click('.play');
await page.waitForTimeout(3000); // the sampled instruments come
await page.evaluate(() => document.activeElement?.blur());
const scrolling = summary(await frames(page, FRAMES_S, 24));
for (let zoom = 0; zoom < 4; zoom++) await page.keyboard.press("[");
await page.waitForTimeout(500);
const whole = summary(await frames(page, FRAMES_S, 0));
const session = await page.context().newCDPSession(page);
await session.send("Performance.enable");
await page.waitForTimeout(5000);
const before = await heap(session);
const minutes = Number(process.env.MINUTES ?? 1);
await page.waitForTimeout(minutes * 60_000);
const after = await heap(session);
console.log(JSON.stringify({ interactive_ms: Math.round(median(interactive)), first_bar_drawn_ms: Math.round(median(drawn)), notes, scrolling, whole, minutes, heap_mib: [before, after].map((value) => Math.round(value * 10) / 10) }));
await browser.close();
