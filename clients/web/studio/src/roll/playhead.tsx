/** The one playhead. It moves without drawing anything, and takes the stage with it. */
import { useEffect, useRef, type RefObject } from "react";

import { barTicks, beatTicks, type Timeline } from "../music/time";
import { playhead } from "../session/playing";
import { useStudio } from "../store/store";

interface Props {
  readonly timeline: Timeline;
  readonly scale: number;
  /** Where the first bar begins, in pixels. */
  readonly left: number;
  readonly frame: RefObject<HTMLDivElement | null>;
}

const SEEK_MS = 250;

/** A line at what sounds now. */
export function Playhead({ timeline, scale, left, frame }: Props) {
  const line = useRef<HTMLDivElement>(null);
  const playing = useStudio((state) => state.playing);
  useEffect(() => {
    let request = 0;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const place = (): void => {
      const at = playhead();
      const element = line.current;
      const start = at && timeline.starts[at.bar];
      if (!element) return;
      element.hidden = start === undefined;
      if (at && start !== undefined) {
        const tick = start + at.inBar * barTicks(timeline.meters[at.bar]);
        const x = tick * scale;
        element.style.transform = `translateX(${left + x}px)`;
        if (playing) {
          keepSeen(frame.current, x, left);
          if (!calm) pulse(((tick - start) / beatTicks(timeline.meters[at.bar])) % 1);
        }
      }
    };
    const each = (): void => {
      place();
      request = requestAnimationFrame(each);
    };
    if (playing) {
      each();
      return () => {
        cancelAnimationFrame(request);
        pulse(1);
      };
    }
    place();
    const timer = setInterval(place, SEEK_MS);
    return () => clearInterval(timer);
  }, [timeline, scale, left, frame, playing]);
  return <div ref={line} className="playhead" hidden aria-hidden="true" />;
}

/** Scroll by pages, so that what sounds is seen. */
function keepSeen(element: HTMLDivElement | null, x: number, left: number): void {
  if (!element) return;
  const room = element.clientWidth - left;
  const inside = x - element.scrollLeft;
  if (inside < -2 || inside > room - 2) element.scrollLeft = Math.max(x - 4, 0);
}

/** The ring of the play button follows the beat. */
function pulse(phase: number): void {
  const ring = document.getElementById("beat");
  if (ring) ring.style.opacity = String(Math.max(1 - phase * 2, 0));
}
