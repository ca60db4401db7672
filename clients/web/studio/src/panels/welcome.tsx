/** The first visit: one click, and it plays. */
import { Play } from "lucide-react";
import { useEffect } from "react";

import { useText } from "../app/hooks";
import { text } from "../i18n/translate";
import { compose, readAhead } from "../session/composing";
import { useStudio } from "../store/store";

const EXAMPLES = ["example1", "example2", "example3", "example4", "example5"] as const;
/** How each example is drawn: a few notes of its own, as degrees. */
const MOTIFS: readonly (readonly number[])[] = [
  [1, 1, 5, 3, 1, 7, 6, 5],
  [1, 3, 1, 5, 4, 1, 7, 1],
  [5, 3, 1, 3, 6, 5, 4, 2],
  [1, 2, 3, 5, 3, 2, 6, 1],
  [3, 5, 7, 2, 1, 6, 4, 5],
];

/** What stands where the lanes will be. */
export function Welcome() {
  const t = useText();
  const locale = useStudio((state) => state.locale);
  const offline = useStudio((state) => state.connection === "offline");
  useEffect(() => {
    if (!offline) for (const key of EXAMPLES) readAhead(text(locale, key)).catch(() => undefined);
  }, [offline, locale]);
  return (
    <section className="welcome" aria-label={t("welcome")}>
      <h2>{t("welcome")}</h2>
      <p>{t(offline ? "welcomeOffline" : "welcomeHow")}</p>
      <ul>
        {EXAMPLES.map((key, at) => (
          <li key={key}>
            <button type="button" className="example" disabled={offline} onClick={() => void compose(t(key))}>
              <Play size={18} fill="currentColor" strokeWidth={0} />
              <span>{t(key)}</span>
              <svg className="motif" width="120" height="36" aria-hidden="true">
                {MOTIFS[at]!.map((degree, step) => (
                  <rect key={step} x={step * 15} y={32 - degree * 4.4} width={degree % 2 ? 13 : 9} height={4} rx={1.5} fill={`var(--degree-${degree})`} />
                ))}
              </svg>
            </button>
          </li>
        ))}
      </ul>
      <p className="hint">{t("welcomeDrop")}</p>
    </section>
  );
}
