/** Three things to try next, one key each. */
import { useNarrow, useText } from "../app/hooks";
import { follow } from "../session/suggesting";
import { useStudio } from "../store/store";

/** The row above the sentence. */
export function Ideas() {
  const t = useText();
  const ideas = useStudio((state) => state.ideas);
  const busy = useStudio((state) => state.draft !== null);
  const elsewhere = useStudio((state) => state.pointed !== null || state.span !== null);
  const narrow = useNarrow();
  if (!ideas.length || busy || (narrow && elsewhere)) return null;
  return (
    <ul className="ideas" aria-label={t("next")}>
      {ideas.map((idea, at) => (
        <li key={`${idea.act}:${idea.value}`}>
          <button type="button" className="idea" title={idea.reason} onClick={() => void follow(idea)}>
            <kbd aria-hidden="true">{at + 1}</kbd> <span>{idea.label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
