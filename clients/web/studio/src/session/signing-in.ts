/** Signing in: the gateway that serves the page gives its user a token. */

/** A token for the experts. */
export async function signedIn(): Promise<string> {
  const answer = await fetch("/session", { method: "POST", credentials: "same-origin" });
  if (!answer.ok) return "";
  const { token } = (await answer.json()) as { token: string };
  return token;
}
