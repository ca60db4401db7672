/** What goes on beside the components: sign-in, keeping, keys, the network, what to try next. */
import { CatalogueKind } from "@boumbapp/contract/boumbapp/theory/v2/theory_service_pb";

import { followStore } from "../session/playing";
import { keepChanges, lastProject } from "../session/projects";
import { experts, openExperts, setExperts } from "../session/experts";
import { suggestNext } from "../session/suggesting";
import { signedIn } from "../session/signing-in";
import { headOf } from "../store/project";
import { set, useStudio, type State } from "../store/store";
import { pressed } from "./shortcuts";

const KEPT = "boumb-studio-look";
const PROBE_MS = 2000;

/** Theme and language as they were chosen last. */
function lookAsBefore(): void {
  try {
    const look: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    if (typeof look !== "object" || look === null) return;
    const { theme, locale } = look as { theme?: unknown; locale?: unknown };
    set({
      ...(theme === "dark" || theme === "light" ? { theme } : {}),
      ...(locale === "fr" || locale === "en" ? { locale } : {}),
    });
  } catch {
    // what is kept is not ours: the browser's wishes hold
  }
}

function keepLook(state: State, before: State): void {
  if (state.theme !== before.theme || state.locale !== before.locale) {
    localStorage.setItem(KEPT, JSON.stringify({ theme: state.theme, locale: state.locale }));
  }
}

/** Ask from time to time whether the experts answer again. */
function watchConnection(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  useStudio.subscribe(({ connection, draft }) => {
    if (connection !== "reconnecting" || draft) {
      clearTimeout(timer);
      timer = undefined;
      return;
    }
    timer ??= setTimeout(() => {
      timer = undefined;
      experts()
        .catalogue({ kind: CatalogueKind.ROLE, pageSize: 1 })
        .then(
          () => set({ connection: "online" }),
          () => set({ connection: navigator.onLine ? "reconnecting" : "offline" }),
        );
    }, PROBE_MS);
  });
}

/** Begin. */
export function wire(): void {
  lookAsBefore();
  setExperts(openExperts(location.origin, signedIn));
  followStore();
  keepChanges();
  void lastProject();
  useStudio.subscribe((state, before) => {
    keepLook(state, before);
    const head = headOf(state.project);
    if (head && state.project.head !== before.project.head && head.kind !== "edited") void suggestNext(head);
  });
  watchConnection();
  addEventListener("keydown", pressed);
  addEventListener("offline", () => set({ connection: "offline" }));
  addEventListener("online", () => set({ connection: "online" }));
  if (!navigator.onLine) set({ connection: "offline" });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => event.preventDefault());
}
