// A person at the page, in headless Chromium: what the scenarios share.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

// Without these, Chromium looks for updates and for its maker's hosts at every start.
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--autoplay-policy=user-gesture-required"];
const PATIENCE_MS = 20_000;

/** Open Chromium. `executable` is its path; `options` are more of its own. */
export function openBrowser(executable, options = []) {
  return chromium.launch({ executablePath: executable, args: [...QUIET, ...options] });
}

/**
 * Open the page as somebody who has never been there.
 *
 * @param browser Chromium.
 * @param origin Where the page is.
 * @param how Width, height, language, theme, touch.
 */
export async function open(browser, origin, { width = 1440, height = 900, locale = "en-US", theme = "dark", touch = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme: theme, hasTouch: touch, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== new URL(origin).origin) page.faults.push(`another origin: ${request.url()}`);
  });
  await page.goto(origin);
  await page.waitForSelector(".example:enabled");
  return page;
}

/** Leave the page; it must have had no fault. */
export async function leave(page, expected = /$^/) {
  assert.deepEqual(page.faults.filter((fault) => !expected.test(fault)), [], "the page has faults");
  await page.context().close();
}

/** How many versions there are. */
export function versions(page) {
  return page.locator(".version:not(.refused):not(.arriving)").count();
}

/** Wait until there are so many versions and nothing is on its way. */
export async function versionsAre(page, wanted) {
  await page.waitForFunction(
    (count) => document.querySelectorAll(".version:not(.refused):not(.arriving)").length === count && !document.querySelector(".version.arriving"),
    wanted,
  );
}

/** Say something in the sentence and send it. */
export async function say(page, words) {
  await page.fill("#sentence", words);
  await page.press("#sentence", "Enter");
}

/** Where the playhead is, in bars from 1 as the page writes it. */
export function place(page) {
  return page.textContent(".place-now");
}

/** Wait until the playhead has moved: the music plays. */
export async function plays(page) {
  const before = await place(page);
  await page.waitForFunction((then) => document.querySelector(".place-now")?.textContent !== then, before);
}

/** Run scenarios by name from the command line: `node FILE ORIGIN CHROMIUM [OPTION...]`. One line of JSON for each. */
export async function run(scenarios) {
  const [origin, executable, ...options] = process.argv.slice(2);
  const browser = await openBrowser(executable, options);
  let failed = false;
  for (const [name, scenario] of Object.entries(scenarios)) {
    const began = performance.now();
    try {
      const facts = await scenario(browser, origin);
      console.log(JSON.stringify({ name, ok: true, ms: Math.round(performance.now() - began), ...facts }));
    } catch (error) {
      failed = true;
      console.log(JSON.stringify({ name, ok: false, error: String(error.stack ?? error) }));
    }
  }
  await browser.close();
  process.exit(failed ? 1 : 0);
}
