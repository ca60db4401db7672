/** A button that saves a MIDI file, and that can be dragged out of the page into a sequencer or a folder. */
import { useEffect, useRef, type DragEvent, type ReactNode } from "react";

import { failureText } from "../session/experts";
import { musicFile, save } from "../session/files";
import { say } from "../store/store";

interface Props {
  /** The part; all that sound where it is not given. */
  readonly part?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** The file is made as soon as the pointer comes near, since a drag cannot wait for it. */
export function MidiFile({ part, className, children }: Props) {
  const ready = useRef<{ readonly name: string; readonly url: string } | null>(null);
  useEffect(
    () => () => {
      if (ready.current) URL.revokeObjectURL(ready.current.url);
    },
    [],
  );
  const prepare = (): void => {
    if (ready.current) return;
    musicFile("midi", part).then(
      (file) => {
        if (file) ready.current = { name: file.name, url: URL.createObjectURL(file.blob) };
      },
      () => undefined, // a press says what is wrong
    );
  };
  const drag = (event: DragEvent): void => {
    if (ready.current) event.dataTransfer.setData("DownloadURL", `audio/midi:${ready.current.name}:${ready.current.url}`);
    else event.preventDefault();
  };
  const press = (): void => {
    musicFile("midi", part).then(
      (file) => file && save(file.name, file.blob),
      (thrown: unknown) => say(failureText(thrown).message),
    );
  };
  return (
    <button type="button" className={className} draggable onPointerEnter={prepare} onDragStart={drag} onClick={press}>
      {children}
    </button>
  );
}
