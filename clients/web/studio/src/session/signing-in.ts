// Who the page calls as: whoever the gateway's own origin signs in. No token is kept anywhere but in memory.

/** Asks the page's origin for a token; the cookies of an application that is signed in go with it. */
export async function signedIn(): Promise<string> {
  const response = await fetch("/session", { method: "POST", credentials: "same-origin" });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && typeof answer === "object" && answer !== null && "token" in answer && typeof answer.token === "string") {
    return answer.token;
  }
  throw new Error(`the gateway signs nobody in (${response.status})`);
}
