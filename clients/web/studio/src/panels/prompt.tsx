/** The sentence: the largest thing on the page. It changes the piece, makes a new one, or asks a question. */
import { ArrowUp, Square } from "lucide-react";
import { useEffect, useRef } from "react";

import { useText } from "../app/hooks";
import { ask } from "../session/chatting";
import { compose, readAhead, refine, stopComposing } from "../session/composing";
import { get, set, useStudio, type Mode } from "../store/store";

const MODES: readonly Mode[] = ["change", "compose", "ask"];
const MOST = 2000;
const READ_MS = 250;

/** Do what the words say, in the mode that is chosen. */
export function sendWords(words: string, mode: Mode): void {
  const said = words.trim().slice(0, MOST);
  if (!said) return;
  if (mode === "ask") void ask(said);
  else if (mode === "compose") void compose(said);
  else void refine(said);
}

/** The field at the bottom. */
export function Prompt() {
  const t = useText();
  const words = useStudio((state) => state.words);
  const chosen = useStudio((state) => state.mode);
  const locale = useStudio((state) => state.locale);
  const started = useStudio((state) => state.project.head !== null);
  const busy = useStudio((state) => state.draft !== null);
  const field = useRef<HTMLTextAreaElement>(null);
  const mode = !started && chosen === "change" ? "compose" : chosen;
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 168)}px`;
  }, [words, mode, locale]);
  useEffect(() => {
    if (mode !== "compose" || words.trim().length < 3) return;
    const timer = setTimeout(() => readAhead(words.trim()).catch(() => undefined), READ_MS);
    return () => clearTimeout(timer);
  }, [mode, words]);
  const send = (): void => sendWords(words, mode);
  return (
    <form className="prompt" onSubmit={(event) => (event.preventDefault(), send())}>
      <div className="modes" role="radiogroup" aria-label={t("modes")}>
        {MODES.map((each) => (
          <label key={each} className={each === mode ? "on" : ""}>
            <input type="radio" name="mode" checked={each === mode} disabled={each === "change" && !started} onChange={() => set({ mode: each })} />
            {t(`mode_${each}`)}
          </label>
        ))}
      </div>
      <div className="sentence">
        <textarea
          ref={field}
          id="sentence"
          rows={1}
          maxLength={MOST}
          value={words}
          aria-label={t(`ask_${mode}`)}
          placeholder={t(`ask_${mode}`)}
          onChange={(event) => set({ words: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              send();
            }
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
        {busy ? (
          <button type="button" className="send" aria-label={t("stopComposing")} title={t("stopComposing")} onClick={stopComposing}>
            <Square size={18} fill="currentColor" />
          </button>
        ) : (
          <button type="submit" className="send" aria-label={t("send")} title={t("send")} disabled={!words.trim()}>
            <ArrowUp size={22} />
          </button>
        )}
      </div>
    </form>
  );
}

/** Put the caret into the sentence. */
export function focusPrompt(mode?: Mode): void {
  if (mode && (mode !== "change" || get().project.head)) set({ mode });
  document.getElementById("sentence")?.focus();
}
