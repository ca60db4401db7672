/** A lane is drawn in tiles that scroll with the page, so that scrolling and playing draw nothing. */
import { memo, useEffect, useRef } from "react";

import { drawLane, type Scene } from "./draw";
import { paletteOf } from "./palette";

export const TILE = 1024;
const GLOW_MS = 900;

interface Props {
  readonly at: number;
  readonly width: number;
  readonly scene: Omit<Scene, "palette" | "glow" | "font">;
  readonly altered: { readonly at: number; readonly bars: ReadonlySet<string> };
  readonly part: string;
  /** Colours are read again when it changes. */
  readonly theme: string;
}

/** One tile: the lane from `at` pixels on. */
export const Tile = memo(function Tile({ at, width, scene, altered, part, theme }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const ratio = Math.min(devicePixelRatio, 2);
    const { height } = scene.view;
    const [pixels, lines] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (element.width !== pixels) element.width = pixels;
    if (element.height !== lines) element.height = lines;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const palette = paletteOf(element);
    const font = getComputedStyle(element).fontFamily;
    const view = { ...scene.view, scrolled: at, width };
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let frame = 0;
    const draw = (): void => {
      const age = performance.now() - altered.at;
      const left = calm ? 0 : Math.max(1 - age / GLOW_MS, 0);
      drawLane(context, { ...scene, view, palette, font, glow: (bar) => (altered.bars.has(`${part}:${bar}`) ? left : 0) });
      if (left > 0 && altered.bars.size) frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [at, width, scene, altered, part, theme]);
  return <canvas ref={canvas} className="tile" style={{ left: at, width, height: scene.view.height }} aria-hidden="true" />;
});
