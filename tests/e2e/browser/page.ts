// What a studio's web client does, reduced to calls that a test can make and watch: Connect's gRPC-Web
// transport and the generated TypeScript, nothing of our own in between.

import { Code, ConnectError, createClient, type Client, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { MelodyService } from "./gen/boumbapp/melody/v2/melody_service_pb.js";
import { BadRequestSchema, ErrorInfoSchema, LocalizedMessageSchema } from "./gen/google/rpc/error_details_pb.js";

/** What the page tells the test while a call goes on; `at` is when, in milliseconds of the page's clock. */
export type Event = { event: string; bar?: number; names?: string[]; at?: number };

/** What a test asks for; without a seed the music differs from run to run. */
export type Composition = { token: string; prompt: string; bars: number; seed?: number };

/** How a call ended, as far as a page can know. */
export type Outcome = {
  code: string;
  message: string;
  reason?: string;
  localized?: { locale: string; message: string };
  violations: { field: string; description: string }[];
};

declare global {
  /** Given by the test driver. */
  function report(event: Event): Promise<void>;
  var studio: typeof calls;
}

const OK: Outcome = { code: "Ok", message: "", violations: [] };
const gateway = new URLSearchParams(location.search).get("gateway") ?? "";
let current = new AbortController();

function client(token: string): Client<typeof MelodyService> {
  const authorize: Interceptor = (next) => (request) => {
    if (token) request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  return createClient(MelodyService, createGrpcWebTransport({ baseUrl: gateway, interceptors: [authorize] }));
}

function outcome(error: unknown): Outcome {
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  const [localized] = failure.findDetails(LocalizedMessageSchema);
  return {
    code: Code[failure.code],
    message: failure.rawMessage,
    ...(info && { reason: info.reason }),
    ...(localized && { localized: { locale: localized.locale, message: localized.message } }),
    violations: failure
      .findDetails(BadRequestSchema)
      .flatMap((details) => details.fieldViolations.map(({ field, description }) => ({ field, description }))),
  };
}

const calls = {
  /** Calls Info; its version is reported. */
  async info({ token }: { token: string }): Promise<Outcome> {
    try {
      await report({ event: (await client(token).info({})).version });
      return OK;
    } catch (error) {
      return outcome(error);
    }
  },

  /** Composes and reports each event of the stream as it is read. */
  async compose({ token, prompt, bars, seed }: Composition): Promise<Outcome> {
    current = new AbortController();
    try {
      for await (const response of client(token).compose({ prompt, seed, hints: { bars } }, { signal: current.signal })) {
        const event = response.event?.event ?? { case: undefined };
        if (event.case === "bar") {
          const { index, notes } = event.value.bar ?? { index: -1, notes: [] };
          await report({ event: "bar", bar: index, names: notes.map((note) => note.name), at: performance.now() });
        } else {
          await report({ event: event.case ?? "unknown" });
        }
      }
      return OK;
    } catch (error) {
      return outcome(error);
    }
  },

  /** Cancels the composition in progress. */
  async cancel(): Promise<Outcome> {
    current.abort();
    return OK;
  },
};

globalThis.studio = calls;
