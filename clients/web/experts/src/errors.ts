// What can go wrong with a call, in a form that a page can show and a program can act on.

import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RetryInfoSchema,
} from "@boumbapp/contract/google/rpc/error_details_pb.js";

/** What a page should do about it. */
export type ErrorKind =
  /** The request is wrong: change it. */
  | "refused"
  /** There is no good token, and the provider gave none. */
  | "unauthenticated"
  /** This user may not do it. */
  | "forbidden"
  /** Too much at once: try again after `retryAfterMs`. */
  | "busy"
  /** The expert or the gateway is away, or the connection broke. */
  | "unavailable"
  /** The browser says that there is no network. */
  | "offline"
  /** The caller stopped it. */
  | "cancelled"
  /** A fault of the product. */
  | "internal";

/** A field of the request that is wrong. */
export interface FieldProblem {
  /** Its path: "hints.bars". */
  field: string;
  /** What is wrong, in the caller's language. */
  description: string;
}

/** What an error is made from. */
export interface ErrorFacts {
  kind: ErrorKind;
  code: string;
  message: string;
  locale?: string | undefined;
  fields?: readonly FieldProblem[] | undefined;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  cause?: unknown;
}

/** A call that failed. `message` may be shown to people; `code` is one of docs/errors.md, or the name of a gRPC status. */
export class ExpertsError extends Error {
  override readonly name = "ExpertsError";
  readonly kind: ErrorKind;
  readonly code: string;
  /** Language of the message, as a BCP 47 tag; undefined where it did not come from an expert. */
  readonly locale: string | undefined;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  /** The values of the message by their names. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(facts: ErrorFacts) {
    super(facts.message, { cause: facts.cause });
    this.kind = facts.kind;
    this.code = facts.code;
    this.locale = facts.locale;
    this.fields = facts.fields ?? [];
    this.retryAfterMs = facts.retryAfterMs;
    this.requestId = facts.requestId;
    this.metadata = facts.metadata ?? {};
  }

  /** Whether the same request may succeed later without a change. */
  get passing(): boolean {
    return this.kind === "busy" || this.kind === "unavailable" || this.kind === "offline";
  }
}

/**
 * Read whatever a call threw.
 *
 * @param thrown What was caught.
 * @param stopped Whether the caller had stopped the call.
 */
export function readError(thrown: unknown, stopped = false): ExpertsError {
  if (thrown instanceof ExpertsError) return thrown;
  const error = ConnectError.from(thrown);
  if (stopped) return new ExpertsError({ kind: "cancelled", code: "CANCELLED", message: "cancelled", cause: thrown });
  const [info] = error.findDetails(ErrorInfoSchema);
  const [localized] = error.findDetails(LocalizedMessageSchema);
  const [retry] = error.findDetails(RetryInfoSchema);
  const delay = retry?.retryDelay;
  return new ExpertsError({
    kind: kindOf(error, info !== undefined),
    code: info?.reason ?? constantCase(Code[error.code] ?? "Unknown"),
    message: localized?.message ?? error.rawMessage,
    locale: localized?.locale,
    fields: error
      .findDetails(BadRequestSchema)
      .flatMap(({ fieldViolations }) => fieldViolations.map(({ field, description }) => ({ field, description }))),
    retryAfterMs: delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : retryAfter(error),
    requestId: info?.metadata["request_id"] ?? error.metadata.get("x-request-id") ?? undefined,
    metadata: info?.metadata,
    cause: thrown,
  });
}

function kindOf(error: ConnectError, explained: boolean): ErrorKind {
  switch (error.code) {
    case Code.Canceled:
    case Code.Aborted:
    case Code.Unavailable:
    case Code.DeadlineExceeded:
      return lost();
    case Code.Unknown:
    case Code.Internal:
    case Code.DataLoss:
      // Without details it is no expert that says so: the connection broke in the middle, or the gateway did not answer.
      return explained ? "internal" : lost();
    case Code.ResourceExhausted:
      return "busy";
    case Code.Unauthenticated:
      return "unauthenticated";
    case Code.PermissionDenied:
      return "forbidden";
    default:
      return "refused";
  }
}

function lost(): ErrorKind {
  return globalThis.navigator?.onLine === false ? "offline" : "unavailable";
}

function retryAfter(error: ConnectError): number | undefined {
  const seconds = Number(error.metadata.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function constantCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
