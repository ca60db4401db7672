// A minute at the page, as pictures with their times: FILM=FOLDER node film.mjs ORIGIN CHROMIUM [OPTION...].
// `./boumb export film docs` makes an animation of them.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { leave, open, plays, run, versionsAre } from "./driver.mjs";

const SIZE = { width: 1180, height: 720 };
const KEY_MS = 30;

/** Keep what the page shows from now on, whenever it changes; the function returned ends that, and writes it all. */
async function record(page, folder) {
  const session = await page.context().newCDPSession(page);
  const frames = [];
  session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
    frames.push({ data, at: metadata.timestamp });
    session.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // it may have ended
  });
  await session.send("Page.startScreencast", { format: "png", maxWidth: SIZE.width, maxHeight: SIZE.height });
  return async () => {
    await session.send("Page.stopScreencast");
    const times = frames.map(({ at }) => at - frames[0].at);
    await Promise.all(frames.map(({ data }, number) => writeFile(join(folder, `${String(number).padStart(4, "0")}.png`), data, "base64")));
    await writeFile(join(folder, "times.json"), JSON.stringify(times));
    return frames.length;
  };
}

/** Type as a person does. */
async function type(page, words) {
  await page.click("#sentence");
  await page.keyboard.type(words, { delay: KEY_MS });
  await page.waitForTimeout(300);
  await page.keyboard.press("Enter");
}

await run({
  async film(browser, origin) {
    const page = await open(browser, origin, { ...SIZE, locale: "fr-FR", theme: "dark" });
    const finish = await record(page, process.env.FILM);
    await page.waitForTimeout(600);
    await type(page, "Fais une basse funky en Sol mineur, avec batterie et accords, 8 mesures");
    await versionsAre(page, 1);
    await plays(page);
    await page.waitForTimeout(4000);
    await type(page, "basse plus aiguë et moins de charley à la fin");
    await versionsAre(page, 2);
    await page.waitForTimeout(4000);
    const frames = await finish();
    await leave(page);
    return { frames };
  },
});
