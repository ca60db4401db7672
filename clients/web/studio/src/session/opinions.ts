/** What people think of a piece and do with it, for the journal. The music never waits for it. */
import { ExpertsError } from "@boumbapp/experts";
import { SignalKind } from "@boumbapp/contract/boumbapp/journal/v2/interaction_pb";

import { text } from "../i18n/translate";
import { headOf, type Version } from "../store/project";
import { amendVersion, get, say } from "../store/store";
import { experts, failureText } from "./experts";

export { SignalKind };

/** Report what was done with the piece on the stage; the journal may be away. */
export function tell(kind: SignalKind): void {
  const requestId = headOf(get().project)?.piece.requestId;
  if (requestId) experts().signal({ requestId, kind }).catch(() => undefined);
}

/** The journal gets a piece a moment after its last bar: one that it does not know yet is rated again. */
async function told(rating: { requestId: string; stars: number; comment: string }): Promise<void> {
  for (const pause of [500, 1000, 2000, 4000, 8000]) {
    try {
      await experts().rate(rating);
      return;
    } catch (thrown) {
      if (!(thrown instanceof ExpertsError) || thrown.code !== "NO_SUCH_PIECE") throw thrown;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  await experts().rate(rating);
}

/**
 * Rate a version.
 *
 * @param version The version.
 * @param stars From 1 to 5.
 * @param comment The same in words; may be empty.
 */
export async function rate(version: Version, stars: number, comment: string): Promise<void> {
  const before = { stars: version.stars, comment: version.comment };
  amendVersion(version.id, { stars, comment });
  const { locale } = get();
  if (!version.piece.requestId) return;
  try {
    await told({ requestId: version.piece.requestId, stars, comment });
    if (comment) say(text(locale, "rated"));
  } catch (thrown) {
    amendVersion(version.id, before);
    say(failureText(thrown).message);
  }
}
