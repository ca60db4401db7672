/** Questions and answers: sentences with where they come from, and examples to play. */
import { Author } from "@boumbapp/contract/boumbapp/rag/v2/rag_service_pb";

import { newId, type Turn } from "../store/project";
import { changeProject, get, set } from "../store/store";
import { experts, failureText } from "./experts";

let current: AbortController | undefined;
const MOST_HISTORY = 10;

function amend(id: string, change: (turn: Turn) => Turn): void {
  changeProject((project) => ({ ...project, chat: project.chat.map((turn) => (turn.id === id ? change(turn) : turn)) }));
}

/** Ask something; the answer grows as it comes. */
export async function ask(question: string): Promise<void> {
  current?.abort();
  current = new AbortController();
  const { signal } = current;
  const { project, locale } = get();
  const history = project.chat
    .filter((turn) => turn.state === "done")
    .slice(-MOST_HISTORY)
    .flatMap((turn) => [
      { author: Author.PERSON, text: turn.question },
      { author: Author.EXPERT, text: turn.sentences.map((sentence) => sentence.text).join(" ").slice(0, 2000) || turn.question },
    ]);
  const turn: Turn = { id: newId(), question, sentences: [], examples: [], notices: [], near: [], state: "waiting" };
  changeProject((each) => ({ ...each, chat: [...each.chat, turn] }));
  set({ words: "", tab: "ask", sideOpen: true });
  try {
    for await (const event of experts().chat({ message: question, history, locale }, { signal })) {
      switch (event.kind) {
        case "sentence":
          amend(turn.id, (each) => ({
            ...each,
            sentences: [...each.sentences, { text: event.sentence.text, cited: event.sentence.citations.map(({ slug, title, heading }) => ({ slug, title, heading })) }],
          }));
          break;
        case "music": {
          const { track, bpm, title, prompt } = event.music;
          if (track) amend(turn.id, (each) => ({ ...each, examples: [...each.examples, { track, bpm, title, prompt }] }));
          break;
        }
        case "notice":
          amend(turn.id, (each) => ({ ...each, notices: [...each.notices, event.notice.message] }));
          break;
        case "completed": {
          const { refused, near } = event.completed;
          amend(turn.id, (each) => ({ ...each, state: refused ? "refused" : "done", near: near.map(({ slug, title }) => ({ slug, title })) }));
          break;
        }
        case "started":
          break;
      }
    }
  } catch (thrown) {
    if (signal.aborted) amend(turn.id, (each) => ({ ...each, state: "done" }));
    else amend(turn.id, (each) => ({ ...each, state: "failed", notices: [...each.notices, failureText(thrown).message] }));
  }
}
