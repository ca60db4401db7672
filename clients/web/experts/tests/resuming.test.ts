// Streams that are lost: whatever breaks, every bar comes once.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, RetryInfoSchema } from "@boumbapp/contract/google/rpc/error_details_pb.js";
import { ComposingEventSchema, StartedSchema, type ComposingEvent as Message } from "@boumbapp/contract/boumbapp/music/v2/events_pb.js";
import { BarSchema, Role, type Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpertsError, readError } from "../src/errors.ts";
import type { ComposingEvent } from "../src/events.ts";
import { arrangeAgain, composeAgain, from, type ArrangeRequest } from "../src/requests.ts";
import { resumed, type Patience } from "../src/resuming.ts";

const QUICK: Patience = { attempts: 3, firstMs: 1, longestMs: 2 };
const TRACKS = ["drums", "bass"];
const roles = { drums: Role.DRUMS, bass: Role.BASS };

function message(event: Message["event"]): { event: Message } {
  return { event: create(ComposingEventSchema, { event }) };
}

const bar = (track: string, index: number): { event: Message } =>
  message(create(ComposingEventSchema, { event: { case: "bar", value: { track, bar: { index, meter: { beats: 4, beatUnit: 4 } } } } }).event);
const started = (): { event: Message } =>
  message(
    create(ComposingEventSchema, {
      event: {
        case: "started",
        value: { seed: 42, tracks: TRACKS.map((id) => ({ id, role: roles[id as keyof typeof roles] })) },
      },
    }).event,
  );
const completed = (): { event: Message } => message(create(ComposingEventSchema, { event: { case: "completed", value: {} } }).event);
const notice = (): { event: Message } =>
  message(create(ComposingEventSchema, { event: { case: "notice", value: { code: "UNUSED_WORDS", message: "x" } } }).event);

/** An arranger with this many bars whose streams break after so many messages, one after the other. */
function arranger(bars: number, breaks: readonly number[], failure: () => unknown = () => new TypeError("network error")) {
  const requests: ArrangeRequest[] = [];
  async function* open(request: ArrangeRequest): AsyncGenerator<{ event: Message }> {
    const ends = breaks[requests.length] ?? Infinity;
    requests.push(request);
    const given = (track: string): Set<number | undefined> =>
      new Set(request.parts?.find(({ id }) => id === track)?.givenBars?.map(({ index }) => index));
    const messages = [started(), notice()];
    for (let index = 0; index < bars; index += 1) {
      for (const track of TRACKS) if (!given(track).has(index)) messages.push(bar(track, index));
    }
    messages.push(completed());
    for (const [at, each] of messages.entries()) {
      if (at === ends) throw failure();
      yield each;
    }
    if (ends === messages.length) throw failure();
  }
  return { open, requests };
}

async function told(stream: AsyncIterable<ComposingEvent>): Promise<ComposingEvent[]> {
  const events: ComposingEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const count = (events: readonly ComposingEvent[], kind: ComposingEvent["kind"]): number => events.filter((event) => event.kind === kind).length;

describe("a stream that is lost", () => {
  it("has every bar once, in order, wherever and however often it breaks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        // As often as patience lasts in a row, a bar in between each time.
        fc.array(fc.integer({ min: 3, max: 6 }), { maxLength: 5 }),
        async (bars, breaks) => {
          const { open, requests } = arranger(bars, breaks);
          const events = await told(resumed(open, { prompt: "funk" }, arrangeAgain, QUICK, undefined));
          for (const track of TRACKS) {
            const indices = events.flatMap((event) => (event.kind === "bar" && event.track === track ? [event.bar.index] : []));
            expect(indices).toEqual(Array.from({ length: bars }, (_, index) => index));
          }
          expect(count(events, "started")).toBe(1);
          expect(count(events, "notice")).toBe(1);
          expect(count(events, "completed")).toBe(1);
          expect(events.at(-1)?.kind).toBe("completed");
          expect(count(events, "lost")).toBe(requests.length - 1);
          expect(requests.slice(1).every(({ seed }) => seed === 42)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("that just ends, without a word, is lost too", async () => {
    async function* open(): AsyncGenerator<{ event: Message }> {
      yield started();
    }
    const lost = told(resumed(open, {}, arrangeAgain, { ...QUICK, attempts: 1 }, undefined));
    await expect(lost).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("is given up when nothing comes, and says why", async () => {
    const { open, requests } = arranger(4, [0, 0, 0, 0, 0, 0]);
    await expect(told(resumed(open, {}, arrangeAgain, QUICK, undefined))).rejects.toBeInstanceOf(ExpertsError);
    expect(requests).toHaveLength(QUICK.attempts + 1);
  });

  it("is not asked for again when the request is refused", async () => {
    const refusal = (): ConnectError => new ConnectError("too long", Code.InvalidArgument);
    const { open, requests } = arranger(4, [0], refusal);
    await expect(told(resumed(open, {}, arrangeAgain, QUICK, undefined))).rejects.toMatchObject({ kind: "refused" });
    expect(requests).toHaveLength(1);
  });

  it("ends at once when its caller stops it, also while it waits", async () => {
    const caller = new AbortController();
    const { open } = arranger(4, [4, 4]);
    const events: string[] = [];
    const reading = (async () => {
      for await (const event of resumed(open, {}, arrangeAgain, { ...QUICK, firstMs: 60_000, longestMs: 60_000 }, caller.signal)) {
        events.push(event.kind);
        if (event.kind === "lost") setTimeout(() => caller.abort(), 1);
      }
    })();
    await expect(reading).rejects.toMatchObject({ kind: "cancelled" });
    expect(events.at(-1)).toBe("lost");
  });

  it("closes its connection when its reader leaves", async () => {
    let closed = false;
    async function* open(_: ArrangeRequest, signal: AbortSignal): AsyncGenerator<{ event: Message }> {
      signal.addEventListener("abort", () => (closed = true));
      yield started();
      yield bar("bass", 0);
    }
    for await (const event of resumed(open, {}, arrangeAgain, QUICK, undefined)) if (event.kind === "started") break;
    expect(closed).toBe(true);
  });
});

describe("what is asked for again", () => {
  it("colours no bar twice", () => {
    const begun = create(StartedSchema, { seed: 42 });
    const again = composeAgain({ prompt: "x", colour: [1, 2], givenBars: [made(1)] }, begun, new Map([["bass", [made(1)]]]));
    expect(again).toMatchObject({ seed: 42, colour: [2] });
    expect(again.givenBars).toHaveLength(1);
  });

  it("keeps the bars before a change, and no others", () => {
    const tracks = TRACKS.map((id) => ({ id, role: roles[id as keyof typeof roles], bars: [0, 1, 2, 3].map(made) }));
    const request = from({ prompt: "x", overrides: { bpm: 90 } }, tracks, 2);
    for (const part of request.parts ?? []) expect(part.givenBars?.map(({ index }) => index)).toEqual([0, 1]);
    expect(request.overrides?.bpm).toBe(90);
  });
});

describe("an error", () => {
  it("has the public text, the reason and when to try again", () => {
    const error = readError(
      new ConnectError("private", Code.ResourceExhausted, undefined, [
        { desc: ErrorInfoSchema, value: { reason: "OVERLOADED", metadata: { request_id: "r1" } } },
        { desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n, nanos: 500_000_000 } } },
      ]),
    );
    expect(error).toMatchObject({ kind: "busy", code: "OVERLOADED", retryAfterMs: 2500, requestId: "r1", passing: true });
  });

  it("of an expert is not taken for a broken connection", () => {
    const detail = { desc: ErrorInfoSchema, value: { reason: "INTERNAL" } };
    expect(readError(new ConnectError("x", Code.Internal, undefined, [detail])).kind).toBe("internal");
    expect(readError(new ConnectError("x", Code.Internal)).kind).toBe("unavailable");
  });
});

function made(index: number): Bar {
  return create(BarSchema, { index, meter: { beats: 4, beatUnit: 4 } });
}
