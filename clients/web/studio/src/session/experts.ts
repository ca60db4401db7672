/** The experts behind the page's gateway. */
import { createExperts, ExpertsError, type Experts } from "@boumbapp/experts";

import { text } from "../i18n/translate";
import { get } from "../store/store";

let made: Experts | undefined;

/** Say which experts the page speaks to. */
export function setExperts(opened: Experts): void {
  made = opened;
}

/** The experts. */
export function experts(): Experts {
  if (!made) throw new Error("no experts yet");
  return made;
}

/** Open the experts of a gateway. */
export function openExperts(baseUrl: string, token: (refresh: boolean) => Promise<string>): Experts {
  return createExperts({ baseUrl, token, locale: () => get().locale });
}

/** What to tell a person about a failure, and whether the connection is what failed. */
export function failureText(thrown: unknown): { readonly message: string; readonly lost: boolean } {
  const { locale } = get();
  if (!(thrown instanceof ExpertsError)) return { message: text(locale, "failedInside"), lost: false };
  switch (thrown.kind) {
    case "offline":
      return { message: text(locale, "failedOffline"), lost: true };
    case "unavailable":
      return { message: text(locale, "failedAway"), lost: true };
    case "busy":
      return { message: text(locale, "failedBusy"), lost: true };
    case "unauthenticated":
      return { message: text(locale, "failedSignIn"), lost: false };
    case "cancelled":
      return { message: text(locale, "failedStopped"), lost: false };
    case "internal":
      return { message: thrown.locale ? thrown.message : text(locale, "failedInside"), lost: false };
    default:
      return { message: withoutField(thrown), lost: false };
  }
}

/** The message without the name of the request's field, which means nothing to who typed a sentence. */
function withoutField({ message, metadata, fields }: ExpertsError): string {
  const field = metadata["field"] ?? fields[0]?.field;
  const named = field && message.startsWith(field) ? message.slice(field.length).replace(/^\s*:\s*/, "") : message;
  return named.charAt(0).toLocaleUpperCase() + named.slice(1);
}
