/** Projects: the one on the page is kept as it changes, and comes back with the page. */
import { text } from "../i18n/translate";
import { keep, spines, take } from "../projects/shelf";
import { NotAProject, projectIn, projectOut } from "../projects/stored";
import { headOf, newId, type Project } from "../store/project";
import { get, say, set, useStudio } from "../store/store";
import { stopComposing } from "./composing";
import { openMusic } from "./files";
import { stopPlaying } from "./playing";

const SAVE_MS = 400;
const MOST_FILE = 32 * 1024 * 1024;

/** Put a project on the page. */
export function showProject(project: Project): void {
  stopComposing();
  stopPlaying();
  set({ project, draft: null, compared: null, pointed: null, opened: null, span: null, ideas: [], page: null, sheet: null, mode: headOf(project) ? "change" : "compose" });
}

/** A project as a file. */
export function projectFile(project: Project): Blob {
  return new Blob([JSON.stringify(projectOut(project))], { type: "application/json" });
}

/** Open a file that was chosen or dropped: a project, or music. */
export async function openProjectFile(file: File): Promise<void> {
  const { locale } = get();
  if (!file.name.endsWith(".json")) return openMusic(file);
  if (file.size > MOST_FILE) {
    say(text(locale, "fileTooLarge", { name: file.name }));
    return;
  }
  try {
    const project = projectIn(JSON.parse(await file.text()));
    showProject({ ...project, id: newId(), updated: Date.now() });
  } catch (error) {
    say(text(locale, error instanceof NotAProject || error instanceof SyntaxError ? "notReadable" : "failedInside"));
  }
}

/** Keep the project whenever it changes; returns what ends it. */
export function keepChanges(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = false;
  const now = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const { project, locale } = get();
    if (!project.entries.length && !project.chat.length) return;
    keep(project).catch(() => {
      if (!told) say(text(locale, "notKept"));
      told = true;
    });
  };
  const hidden = (): void => {
    if (document.visibilityState === "hidden" && timer) now();
  };
  document.addEventListener("visibilitychange", hidden);
  const end = useStudio.subscribe((state, before) => {
    if (state.project === before.project) return;
    if (state.project.id !== before.project.id && timer) clearTimeout(timer);
    clearTimeout(timer);
    timer = setTimeout(now, SAVE_MS);
  });
  return () => {
    end();
    document.removeEventListener("visibilitychange", hidden);
  };
}

/** The project that was worked on last, where there is one. */
export async function lastProject(): Promise<void> {
  try {
    const [latest] = await spines();
    const project = latest && (await take(latest.id));
    if (project && !get().project.entries.length) showProject(project);
  } catch {
    say(text(get().locale, "notKept"));
  }
}
