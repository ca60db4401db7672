/** The page of know-how that is being read. */
import type { GetPageResponse } from "@boumbapp/contract/boumbapp/rag/v2/rag_service_pb";

import { get, say, set, useStudio } from "../store/store";
import { experts, failureText } from "./experts";

/** Open a page, or close it with null. */
export async function askPage(slug: string | null): Promise<void> {
  if (slug === null) {
    set({ page: null });
    return;
  }
  try {
    const page = await experts().page({ slug, locale: get().locale });
    set({ page, tab: "ask", sideOpen: true });
  } catch (thrown) {
    say(failureText(thrown).message);
  }
}

/** The open page. */
export function usePage(): GetPageResponse | null {
  return useStudio((state) => state.page);
}
