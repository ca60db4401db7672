// What the page looks like, measured: no serious fault that axe finds, nothing cut, nothing over another thing, in every
// state, at three widths, in both languages and themes. With SHOTS=FOLDER, pictures of all of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { leave, open, run, say, versionsAre } from "./driver.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const SIZES = [[1440, 900], [1024, 768], [390, 844]];

/** Faults that axe calls serious or critical. */
async function axe(page) {
  await page.evaluate(AXE); // as a debugger does it: the page's own policy lets no script in
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target, any }) => `${target.join(" ")} ${any[0]?.message ?? ""}`).join(" | ")}`);
}

/** Text that is cut, things that stand over each other, and a page that scrolls sideways. */
function misfits(page) {
  return page.evaluate(() => {
    const found = [];
    const seen = (element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === "visible" && !element.closest(".hidden, [hidden]");
    };
    const name = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const element of document.querySelectorAll("button, h1, h2, h3, p, label, b, dt, dd, .chip span")) {
      if (!seen(element) || !element.textContent.trim() || element.closest(".lane-view")) continue;
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && getComputedStyle(element).display !== "inline") found.push(`cut: ${name(element)}`);
      if (element.scrollHeight > element.clientHeight + 3 && getComputedStyle(element).overflowY === "hidden") found.push(`cut below: ${name(element)}`);
    }
    // What can be pressed stands alone: where its middle is, it is what is found.
    for (const element of document.querySelectorAll("button, input, textarea, [role='grid']")) {
      if (!seen(element) || element.disabled || element.matches(".skip")) continue;
      if (document.querySelector("dialog[open]") && !element.closest("dialog")) continue;
      const box = element.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
      if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
      const scroller = element.closest(".stage, .side-panel, .chips ul, .ideas, .welcome, .sheet, .pick ul, .note-buttons");
      const inside = scroller?.getBoundingClientRect();
      if (inside && (x < inside.left || x > inside.right || y < inside.top || y > inside.bottom)) continue;
      const top = document.elementFromPoint(x, y);
      const over = top?.closest(".side.open, .chip-editor, .ruler-row, .lane-head, .bottom, .toasts");
      if (over && !over.contains(element)) continue;
      if (top && !element.contains(top) && !top.contains(element) && !top.closest("label")?.contains(element)) found.push(`covered: ${name(element)} by ${name(top)}`);
    }
    return [...new Set(found)];
  });
}

/** Go through the states of the page; `look` is called in each. */
async function states(page, width, look) {
  const side = async (tab) => {
    if (width < 1181 && !(await page.locator(".side.open").count())) await page.click(".side-open");
    await page.click(`#tab-${tab}`);
  };
  const shut = async () => {
    if (await page.locator(".side.open .side-close:visible").count()) await page.click(".side-close");
  };
  await look("empty");
  await page.click(".example >> nth=0");
  await versionsAre(page, 1);
  await page.waitForTimeout(300);
  await look("playing");
  await say(page, "plus de reverb sur le clap");
  await page.waitForSelector(".version.refused", { state: "attached" });
  await say(page, "basse une octave plus haut");
  await versionsAre(page, 2);
  await side("versions");
  await look("versions");
  await side("why");
  await look("why");
  await side("ask");
  await page.click(".side .pages button >> nth=1");
  await page.waitForSelector(".sources");
  await look("answers");
  await shut();
  await page.click('[data-slot="key"]');
  await page.waitForSelector(".pick li button");
  await look("chip");
  await page.keyboard.press("Escape");
  await page.click('[data-layer="melody"] button >> nth=4');
  await page.focus(".lane-grid");
  await page.keyboard.press("ArrowRight");
  await look("editing");
  await page.click('[data-layer="melody"] button >> nth=4');
  for (const [letter, sheet] of [["?", "keys"], ["o", "projects"], ["x", "export"]]) {
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press(letter);
    await page.waitForSelector("dialog.sheet[open]");
    await look(sheet);
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog.sheet", { state: "detached" });
  }
  await page.context().setOffline(true);
  await page.waitForSelector(".banner");
  await look("offline");
  await page.context().setOffline(false);
}

function scenario([width, height], locale, theme, withAxe) {
  return async (browser, origin) => {
    const page = await open(browser, origin, { width, height, locale, theme, touch: width < 500 });
    const faults = {};
    await states(page, width, async (state) => {
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${width}-${theme}-${locale.slice(0, 2)}-${state}.png` });
      const found = [...(await misfits(page)), ...(withAxe ? await axe(page) : [])];
      if (found.length) faults[state] = found;
    });
    assert.deepEqual(faults, {});
    await leave(page, /ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  };
}

const scenarios = {};
for (const size of SIZES) {
  // Every width in both languages; axe once in each theme at the widest, and once on the phone.
  scenarios[`${size[0]} in French, dark`] = scenario(size, "fr-FR", "dark", size[0] !== 1024);
  scenarios[`${size[0]} in English, light`] = scenario(size, "en-US", "light", size[0] === 1440);
}
await run(scenarios);
