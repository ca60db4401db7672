// Tokens: asked for when needed, kept until shortly before they expire, asked for again when the gateway refuses one.

/**
 * Gives a token. `refresh` is true when the one that was given before has expired or was refused, so that a provider with a
 * cache of its own must not give it again.
 */
export type TokenProvider = (refresh: boolean) => string | Promise<string>;

const EARLY_S = 20; // before it expires, so that a call that is on its way arrives with it

/** The token in use. */
export class TokenSource {
  readonly #provide: TokenProvider;
  #token: string | undefined;
  #asked: Promise<string> | undefined;

  constructor(token: string | TokenProvider) {
    this.#provide = typeof token === "string" ? () => token : token;
  }

  /** A token that has not expired, as far as can be seen. Calls at the same time ask once. */
  async get(): Promise<string> {
    const known = this.#token;
    if (known !== undefined && secondsLeft(known) > EARLY_S) return known;
    return this.#ask(known !== undefined);
  }

  /** Forget a token that was refused; what is in use may be another one by now. */
  async renew(refused: string): Promise<string> {
    return this.#token === refused ? this.#ask(true) : this.get();
  }

  async #ask(refresh: boolean): Promise<string> {
    this.#asked ??= Promise.resolve(this.#provide(refresh)).finally(() => {
      this.#asked = undefined;
    });
    this.#token = await this.#asked;
    return this.#token;
  }
}

/** Seconds until a JWT expires; without end where it says nothing. */
export function secondsLeft(token: string, nowMs: number = Date.now()): number {
  const payload = token.split(".")[1];
  if (payload === undefined) return Infinity;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const expiry = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof expiry === "number" ? expiry - nowMs / 1000 : Infinity;
  } catch {
    return Infinity; // no JWT: the gateway says whether it is good
  }
}
