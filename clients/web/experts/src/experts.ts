// The experts behind a gateway, for a page.

import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ArrangerService } from "@boumbapp/contract/boumbapp/arranger/v2/arranger_service_pb.js";
import { DrumsService } from "@boumbapp/contract/boumbapp/drums/v2/drums_service_pb.js";
import {
  JournalService,
  type GetRequestSchema,
  type GetResponse,
  type HistoryRequestSchema,
  type HistoryResponse,
  type ProfileRequestSchema,
  type ProfileResponse,
  type RateRequestSchema,
  type RateResponse,
  type SignalRequestSchema,
  type SuggestRequestSchema,
  type SuggestResponse,
} from "@boumbapp/contract/boumbapp/journal/v2/journal_service_pb.js";
import { MelodyService } from "@boumbapp/contract/boumbapp/melody/v2/melody_service_pb.js";
import {
  RagService,
  type ChatRequestSchema,
  type GetPageRequestSchema,
  type GetPageResponse,
  type ListTopicsRequestSchema,
  type ListTopicsResponse,
} from "@boumbapp/contract/boumbapp/rag/v2/rag_service_pb.js";
import {
  TheoryService,
  type AnalyseRequestSchema,
  type AnalyseResponse,
  type DetectRequestSchema,
  type DetectResponse,
  type ExploreRequestSchema,
  type ExploreResponse,
  type ExportRequestSchema,
  type ExportResponse,
  type ImportRequestSchema,
  type ImportResponse,
  type ListCatalogueRequestSchema,
  type ListCatalogueResponse,
} from "@boumbapp/contract/boumbapp/theory/v2/theory_service_pb.js";
import { readError } from "./errors.js";
import { chatEvent, type ChatEvent, type ComposingEvent } from "./events.js";
import {
  arrangeAgain,
  composeAgain,
  drumsAgain,
  refineAgain,
  type ArrangeRequest,
  type ComposeRequest,
  type DrumsRequest,
  type RefineDrumsRequest,
  type RefinePartRequest,
  type RefineRequest,
} from "./requests.js";
import { PATIENCE, pause, resumed, type Patience } from "./resuming.js";
import { TokenSource, type TokenProvider } from "./token.js";

export interface ExpertsOptions {
  /** Origin of the gateway: "http://127.0.0.1:8080". */
  baseUrl: string;
  /** A token, or what gives one whenever it is needed. */
  token: string | TokenProvider;
  /** Language of texts, as a BCP 47 tag; the browser's own when not given. A function is asked before each call. */
  locale?: string | (() => string);
  /** Trace that the page's calls are part of, as a W3C `traceparent`; asked for before each call. The gateway begins one otherwise. */
  traceparent?: () => string | undefined;
  /** How patiently lost streams are asked for again. */
  patience?: Partial<Patience>;
  /** In place of the browser's own. */
  fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  /** Stops the call. Leaving a `for await` loop does the same to a stream. */
  signal?: AbortSignal;
}

type Unary<Schema extends DescMessage, Response> = (
  request: MessageInitShape<Schema>,
  options?: CallOptions,
) => Promise<Response>;
type Stream<Request, Event> = (request: Request, options?: CallOptions) => AsyncGenerator<Event, void, undefined>;

/** What the experts do. Every method throws ExpertsError, and nothing else. */
export interface Experts {
  /** Composes a pitched part. */
  compose: Stream<ComposeRequest, ComposingEvent>;
  /** Composes a groove. */
  drums: Stream<DrumsRequest, ComposingEvent>;
  /** Composes several parts that go together, in playing order. */
  arrange: Stream<ArrangeRequest, ComposingEvent>;
  /** Changes an arrangement by words. */
  refine: Stream<RefineRequest, ComposingEvent>;
  /** Changes a pitched part by words or edits. */
  refinePart: Stream<RefinePartRequest, ComposingEvent>;
  /** Changes a groove by words or edits. */
  refineDrums: Stream<RefineDrumsRequest, ComposingEvent>;
  /** Answers a question, with citations and examples to play. */
  chat: Stream<MessageInitShape<typeof ChatRequestSchema>, ChatEvent>;
  page: Unary<typeof GetPageRequestSchema, GetPageResponse>;
  topics: Unary<typeof ListTopicsRequestSchema, ListTopicsResponse>;
  /** What a prompt says, without composing. */
  analyse: Unary<typeof AnalyseRequestSchema, AnalyseResponse>;
  /** What an open prompt could mean. */
  explore: Unary<typeof ExploreRequestSchema, ExploreResponse>;
  detect: Unary<typeof DetectRequestSchema, DetectResponse>;
  /** Reads a MIDI or MusicXML file. */
  importFile: Unary<typeof ImportRequestSchema, ImportResponse>;
  /** Writes one. */
  exportFile: Unary<typeof ExportRequestSchema, ExportResponse>;
  catalogue: Unary<typeof ListCatalogueRequestSchema, ListCatalogueResponse>;
  /** Says what the caller thinks of a piece. */
  rate: Unary<typeof RateRequestSchema, RateResponse>;
  /** Says what the caller did with a piece. */
  signal: Unary<typeof SignalRequestSchema, void>;
  history: Unary<typeof HistoryRequestSchema, HistoryResponse>;
  piece: Unary<typeof GetRequestSchema, GetResponse>;
  profile: Unary<typeof ProfileRequestSchema, ProfileResponse>;
  suggest: Unary<typeof SuggestRequestSchema, SuggestResponse>;
}

const TRIES = 3; // of a call that answers once
const FIRST_PAUSE_MS = 200;

/** Open the experts behind a gateway. Nothing is sent before the first call. */
export function createExperts(options: ExpertsOptions): Experts {
  const tokens = new TokenSource(options.token);
  const transport = createGrpcWebTransport({
    baseUrl: options.baseUrl,
    interceptors: [withLocale(options.locale), withTrace(options.traceparent), withToken(tokens)],
    ...(options.fetch && { fetch: options.fetch }),
  });
  const patience = { ...PATIENCE, ...options.patience };
  const melody = createClient(MelodyService, transport);
  const drums = createClient(DrumsService, transport);
  const arranger = createClient(ArrangerService, transport);
  const rag = createClient(RagService, transport);
  const theory = createClient(TheoryService, transport);
  const journal = createClient(JournalService, transport);
  return {
    compose: (request, { signal } = {}) =>
      resumed((each, on) => renewed(tokens, () => melody.compose(each, { signal: on })), request, composeAgain, patience, signal),
    drums: (request, { signal } = {}) =>
      resumed((each, on) => renewed(tokens, () => drums.compose(each, { signal: on })), request, drumsAgain, patience, signal),
    arrange: (request, { signal } = {}) =>
      resumed((each, on) => renewed(tokens, () => arranger.compose(each, { signal: on })), request, arrangeAgain, patience, signal),
    refine: (request, { signal } = {}) =>
      resumed((each, on) => renewed(tokens, () => arranger.refine(each, { signal: on })), request, refineAgain, patience, signal),
    refinePart: (request, { signal } = {}) =>
      resumed((each, on) => renewed(tokens, () => melody.refine(each, { signal: on })), request, refineAgain, patience, signal),
    refineDrums: (request, { signal } = {}) =>
      resumed((each, on) => renewed(tokens, () => drums.refine(each, { signal: on })), request, refineAgain, patience, signal),
    chat: (request, { signal } = {}) => chatted((on) => renewed(tokens, () => rag.chat(request, { signal: on })), signal),
    page: once(tokens, (request, call) => rag.getPage(request, call)),
    topics: once(tokens, (request, call) => rag.listTopics(request, call)),
    analyse: once(tokens, (request, call) => theory.analyse(request, call)),
    explore: once(tokens, (request, call) => theory.explore(request, call)),
    detect: once(tokens, (request, call) => theory.detect(request, call)),
    importFile: once(tokens, (request, call) => theory.import(request, call)),
    exportFile: once(tokens, (request, call) => theory.export(request, call)),
    catalogue: once(tokens, (request, call) => theory.listCatalogue(request, call)),
    rate: once(tokens, (request, call) => journal.rate(request, call)),
    signal: once(tokens, async (request, call) => void (await journal.signal(request, call))),
    history: once(tokens, (request, call) => journal.history(request, call)),
    piece: once(tokens, (request, call) => journal.get(request, call)),
    profile: once(tokens, (request, call) => journal.profile(request, call)),
    suggest: once(tokens, (request, call) => journal.suggest(request, call)),
  };
}

/** A call that answers once. All of these may be made twice, so what is away for a moment is asked again. */
function once<Request, Response>(
  tokens: TokenSource,
  call: (request: Request, options: CallOptions) => Promise<Response>,
): (request: Request, options?: CallOptions) => Promise<Response> {
  return async (request, options = {}) => {
    for (let attempt = 1; ; attempt += 1) {
      let token: string | undefined;
      try {
        token = await provided(tokens.get());
        return await call(request, options);
      } catch (thrown) {
        if (token && attempt === 1 && (await anotherToken(tokens, token, thrown))) continue;
        const error = readError(thrown, options.signal?.aborted);
        if (!error.passing || attempt === TRIES) throw error;
        await pause(Math.max(error.retryAfterMs ?? 0, FIRST_PAUSE_MS * 2 ** (attempt - 1)), options.signal);
      }
    }
  };
}

/** An answer. It is not asked for again, since another answer would begin in the middle of the first. */
async function* chatted(
  open: (signal: AbortSignal) => AsyncIterable<Parameters<typeof chatEvent>[0]>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChatEvent, void, undefined> {
  const connection = new AbortController();
  const stop = (): void => connection.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) stop();
    for await (const response of open(connection.signal)) {
      const event = chatEvent(response);
      if (event) yield event;
    }
  } catch (thrown) {
    throw readError(thrown, signal?.aborted);
  } finally {
    signal?.removeEventListener("abort", stop);
    connection.abort();
  }
}

function withLocale(locale: ExpertsOptions["locale"]): Interceptor {
  return (next) => (call) => {
    const wanted = typeof locale === "function" ? locale() : locale;
    if (wanted) call.header.set("accept-language", wanted);
    return next(call);
  };
}

/** Makes each call part of the page's own trace. */
function withTrace(traceparent: ExpertsOptions["traceparent"]): Interceptor {
  return (next) => (call) => {
    const told = traceparent?.();
    if (told) call.header.set("traceparent", told);
    return next(call);
  };
}

/** Puts a token on each call. */
function withToken(tokens: TokenSource): Interceptor {
  return (next) => async (call) => {
    call.header.set("authorization", `Bearer ${await provided(tokens.get())}`);
    return next(call);
  };
}

/** A stream; one whose token is refused is opened once more with another token. */
async function* renewed<Response>(tokens: TokenSource, open: () => AsyncIterable<Response>): AsyncGenerator<Response> {
  const token = await provided(tokens.get());
  try {
    yield* open(); // a refusal comes before any message
  } catch (thrown) {
    if (!(await anotherToken(tokens, token, thrown))) throw thrown;
    yield* open();
  }
}

/** Whether a call failed because of its token, and there is another one now. */
async function anotherToken(tokens: TokenSource, used: string, thrown: unknown): Promise<boolean> {
  return ConnectError.from(thrown).code === Code.Unauthenticated && (await provided(tokens.renew(used))) !== used;
}

/** A token, or why there is none, told from a fault of the call. */
async function provided(token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (thrown) {
    const offline = globalThis.navigator?.onLine === false || thrown instanceof TypeError; // what fetch throws
    throw new ConnectError(
      thrown instanceof Error ? thrown.message : String(thrown),
      offline ? Code.Unavailable : Code.Unauthenticated,
      undefined,
      undefined,
      thrown,
    );
  }
}

