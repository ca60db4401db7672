/** What components share. */
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from "react";

import { text, type Translate } from "../i18n/translate";
import { useStudio } from "../store/store";

/** The page's texts in the person's language. */
export function useText(): Translate {
  const locale = useStudio((state) => state.locale);
  return (key, values) => text(locale, key, values);
}

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** Whether lanes stack with their heads above them. */
export const useNarrow = (): boolean => useMedia("(max-width: 720px)");

/** Inner size of an element. */
export function useSize(element: RefObject<HTMLElement | null>): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  // Before the first picture, so that it is the right one.
  useLayoutEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const measure = (): void => setSize({ width: watched.clientWidth, height: watched.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
