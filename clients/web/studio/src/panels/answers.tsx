/** Questions and answers, every sentence with where it comes from, and examples that play. */
import { Play, Square } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";

import { useText } from "../app/hooks";
import { ask } from "../session/chatting";
import { compose } from "../session/composing";
import { askPage, usePage } from "../session/pages";
import { onSound, playExample, playingExample, togglePlaying } from "../session/playing";
import type { Example, Turn } from "../store/project";
import { useStudio } from "../store/store";

const QUESTIONS = ["question1", "question2", "question3"] as const;

/** The chat. */
export function Answers() {
  const t = useText();
  const chat = useStudio((state) => state.project.chat);
  const page = usePage();
  const end = useRef<HTMLDivElement>(null);
  const length = chat.at(-1)?.sentences.length;
  useEffect(() => {
    void end.current?.scrollIntoView({ block: "nearest" });
  }, [chat.length, length]);
  if (page) return <Page />;
  if (!chat.length) {
    return (
      <div className="answers">
        <p className="hint">{t("askHint")}</p>
        <ul className="pages">
          {QUESTIONS.map((key) => (
            <li key={key}>
              <button type="button" onClick={() => void ask(t(key))}>
                {t(key)}
              </button>
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return (
    <div className="answers" role="log">
      {chat.map((turn) => (
        <Answer key={turn.id} turn={turn} />
      ))}
      <div ref={end} />
    </div>
  );
}

function Answer({ turn }: { readonly turn: Turn }) {
  const t = useText();
  const sources = [...new Map(turn.sentences.flatMap((sentence) => sentence.cited).map((each) => [each.slug, each])).values()];
  const numberOf = (slug: string): number => sources.findIndex((source) => source.slug === slug) + 1;
  return (
    <article className="turn">
      <p className="question">{turn.question}</p>
      <p className="sentences">
        {turn.sentences.map((sentence, at) => (
          <span key={at}>
            {sentence.text}
            {sentence.cited.map((each) => (
              <button type="button" key={each.slug} className="cite" aria-label={`${numberOf(each.slug)}. ${t("source", { title: each.title })}`} title={`${each.title} · ${each.heading}`} onClick={() => void askPage(each.slug)}>
                {numberOf(each.slug)}
              </button>
            ))}{" "}
          </span>
        ))}
        {turn.state === "waiting" && <span className="waiting">{t("answering")}</span>}
      </p>
      {turn.examples.map((example, at) => (
        <ExampleRow key={at} example={example} />
      ))}
      {turn.notices.map((notice) => (
        <p className="answer" key={notice}>
          {notice}
        </p>
      ))}
      {sources.length > 0 && (
        <ol className="sources">
          {sources.map(({ slug, title }) => (
            <li key={slug}>
              <button type="button" onClick={() => void askPage(slug)}>
                {title}
              </button>
            </li>
          ))}
        </ol>
      )}
    </article>
  );
}

/** An example that plays in place of the piece. */
export function ExampleRow({ example }: { readonly example: Example }) {
  const t = useText();
  const playing = useSyncExternalStore(onSound, playingExample);
  return (
    <p className="example-row">
      <button type="button" className="press line" aria-label={t(playing ? "stopExample" : "playExample", { title: example.title })} onClick={() => void (playing ? togglePlaying() : playExample(example))}>
        {playing ? <Square size={14} fill="currentColor" /> : <Play size={14} fill="currentColor" strokeWidth={0} />}
        {example.title}
      </button>
      {example.prompt && (
        <button type="button" className="press" onClick={() => void compose(example.prompt)}>
          {t("composeFrom")}
        </button>
      )}
    </p>
  );
}

/** A page of know-how, whole. */
function Page() {
  const t = useText();
  const page = usePage()!;
  return (
    <article className="page">
      <button type="button" className="press line" onClick={() => void askPage(null)}>
        {t("backToAnswers")}
      </button>
      <h3>{page.topic?.title}</h3>
      {page.sections.map((section) => (
        <section key={section.heading}>
          <h4 className="heading">{section.heading}</h4>
          {section.paragraphs.map((paragraph, at) => (
            <p key={at}>{paragraph}</p>
          ))}
          {section.examples.map((example, at) => (
            <pre key={at}>{example.lines.join("\n")}</pre>
          ))}
        </section>
      ))}
      {page.sources.length > 0 && (
        <section>
          <h4 className="heading">{t("sources")}</h4>
          {page.sources.map((source) => (
            <p key={source} className="hint">
              {source}
            </p>
          ))}
        </section>
      )}
    </article>
  );
}
