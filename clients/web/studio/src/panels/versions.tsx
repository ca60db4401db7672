/** The conversation: what was asked, what changed, what was not understood; any version can be gone back to. */
import { useEffect, useRef } from "react";

import { useNarrow, useText } from "../app/hooks";
import { Severity, type Notice } from "../contract";
import type { Entry, Version } from "../store/project";
import { goTo, set, useStudio } from "../store/store";
import { History } from "./history";
import { Rating } from "./rating";

/** The list of versions and refusals. */
export function Versions() {
  const t = useText();
  const entries = useStudio((state) => state.project.entries);
  const head = useStudio((state) => state.project.head);
  const compared = useStudio((state) => state.compared);
  const draft = useStudio((state) => state.draft);
  const narrow = useNarrow();
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    void end.current?.scrollIntoView({ block: "nearest" });
  }, [entries.length, draft?.words]);
  if (!entries.length && !draft) return <p className="hint">{t("noVersions")}</p>;
  return (
    <>
      {narrow && <History />}
      <ol className="versions">
        {entries.map((entry) => (
          <Said key={entry.id} entry={entry} shown={entry.id === (compared ?? head)} head={entry.id === head} compared={compared !== null && entry.id === compared} />
        ))}
        {draft && (
          <li className="version arriving">
            <p className="words">{draft.words}</p>
            <p className="facts">{draft.progress || t("composing")}</p>
            <Notices notices={draft.notices} />
          </li>
        )}
        <li ref={end} aria-hidden="true" className="end" />
      </ol>
    </>
  );
}

function Said({ entry, shown, head, compared }: { readonly entry: Entry; readonly shown: boolean; readonly head: boolean; readonly compared: boolean }) {
  const t = useText();
  if (entry.type === "refusal") {
    return (
      <li className="version refused">
        <p className="words">{entry.words}</p>
        <p className="answer" role="note">
          {entry.message}
        </p>
        {entry.again && (
          <button type="button" className="press line" onClick={() => (set({ words: entry.words }), document.getElementById("sentence")?.focus())}>
            {t("tryAgain")}
          </button>
        )}
      </li>
    );
  }
  return (
    <li className={`version${shown ? " shown" : ""}`} aria-current={shown ? "true" : undefined}>
      <button type="button" className="version-go" title={t("goBack")} onClick={() => goTo(entry.id)}>
        <span className="words">{entry.words}</span>
        <span className="facts">{factsOf(entry, t)}</span>
      </button>
      {entry.edits.length > 0 && (
        <ul className="edits">
          {entry.edits.map((edit) => (
            <li key={edit}>{edit}</li>
          ))}
        </ul>
      )}
      <Notices notices={entry.notices} />
      {compared && <p className="facts">{t("comparedNow")}</p>}
      {head && entry.piece.requestId && <Rating version={entry} />}
    </li>
  );
}

function factsOf(version: Version, t: ReturnType<typeof useText>): string {
  const names = new Map(version.piece.parts.map((part) => [part.id, part.name]));
  if (version.kind === "composed" || version.kind === "imported") {
    return t("factsComposed", { parts: version.piece.parts.length, bars: version.piece.length });
  }
  const changed = Object.entries(version.changed);
  if (!changed.length) return version.kind === "changed" ? "" : t("factsNothing");
  return changed.map(([part, bars]) => t("factsChanged", { part: names.get(part) ?? part, bars })).join(" · ");
}

/** Notices, each once; what is only good to know is quieter. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const once = [...new Map(notices.map((notice) => [notice.message, notice])).values()];
  if (!once.length) return null;
  return (
    <ul className="notices">
      {once.map(({ message, severity, code }) => (
        <li key={message} data-severity={severity === Severity.WARNING ? "warning" : "info"} data-code={code}>
          {message}
        </li>
      ))}
    </ul>
  );
}
