// A stream that survives: lost in the middle, it is asked for again with its seed and the bars that came, so that every bar
// comes once.

import { readError, type ExpertsError } from "./errors.js";
import { composingEvent, type ComposingEvent } from "./events.js";
import type { ComposingEvent as Message, Started } from "@boumbapp/contract/boumbapp/music/v2/events_pb.js";
import type { Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";

/** Bars that came, by track, in the order in which they came. */
export type Held = ReadonlyMap<string, readonly Bar[]>;

/** How a kind of request is asked for again. */
export type Again<Request> = (request: Request, started: Started, held: Held) => Request;

/** How often and how patiently a lost stream is asked for again. */
export interface Patience {
  /** Attempts in a row without a new event; 0 never tries again. Default 8. */
  attempts: number;
  /** Before the first of them; doubled each time. Default 250 ms. */
  firstMs: number;
  /** The longest wait. Default 5,000 ms. */
  longestMs: number;
}

export const PATIENCE: Patience = { attempts: 8, firstMs: 250, longestMs: 5000 };

interface Response {
  event?: Message | undefined;
}

/**
 * The events of a stream, over as many connections as it takes.
 *
 * @param open Opens a connection; it is closed by the signal.
 * @param request The first one.
 * @param again Makes each further one.
 * @param patience When to give up.
 * @param signal The caller's own.
 * @throws ExpertsError When a request is refused, or patience ends.
 */
export async function* resumed<Request>(
  open: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
  request: Request,
  again: Again<Request>,
  patience: Patience,
  signal: AbortSignal | undefined,
): AsyncGenerator<ComposingEvent, void, undefined> {
  const held = new Map<string, Bar[]>();
  const told = new Set<string>(); // notices, which a stream that begins again tells again
  let started: Started | undefined;
  let failures = 0;
  let going = false; // whether the connection in use has told something
  for (;;) {
    const connection = new AbortController();
    const stop = (): void => connection.abort(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    let error: ExpertsError;
    try {
      if (signal?.aborted) stop();
      going = false;
      for await (const response of open(started ? again(request, started, held) : request, connection.signal)) {
        const event = composingEvent(response.event);
        if (!event) continue;
        if (!going && failures > 0 && started) {
          yield { kind: "resumed", bars: [...held.values()].reduce((sum, bars) => sum + bars.length, 0) };
        }
        going = true;
        failures = event.kind === "bar" || event.kind === "completed" ? 0 : failures;
        if (event.kind === "started") {
          if (started) continue;
          started = event.started;
        } else if (event.kind === "bar") {
          const bars = held.get(event.track) ?? [];
          if (bars.some(({ index }) => index === event.bar.index)) continue;
          held.set(event.track, [...bars, event.bar]);
        } else if (event.kind === "notice") {
          const { code, track, bar, message } = event.notice;
          const notice = JSON.stringify([code, track, bar, message]);
          if (told.has(notice)) continue;
          told.add(notice);
        }
        yield event;
        if (event.kind === "completed") return;
      }
      error = readError("the stream ended early", signal?.aborted);
    } catch (thrown) {
      error = readError(thrown, signal?.aborted);
    } finally {
      signal?.removeEventListener("abort", stop);
      connection.abort();
    }
    failures += 1;
    if (!error.passing || failures > patience.attempts) throw error;
    const inMs = Math.max(error.retryAfterMs ?? 0, Math.min(patience.firstMs * 2 ** (failures - 1), patience.longestMs));
    yield { kind: "lost", attempt: failures, inMs, error };
    await pause(inMs, signal);
  }
}

/** Wait. Ends early when the browser finds a network; throws when the caller stops. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", end);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(readError(signal.reason, true));
      else resolve();
    };
    const timer = setTimeout(end, ms);
    globalThis.addEventListener?.("online", end, { once: true });
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
  });
}
