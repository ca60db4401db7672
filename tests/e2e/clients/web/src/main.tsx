// The smallest studio: a React page that composes with the contract's package, as its users would write it.

import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { MelodyService } from "@boumbapp/contract/boumbapp/melody/v2/melody_service_pb";
import { Role, type Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb";
import { ErrorInfoSchema } from "@boumbapp/contract/google/rpc/error_details_pb.js";
import { toNotes, type PieceNote } from "@boumbapp/note-form";
import { ConnectError } from "@connectrpc/connect";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const melody = createClient(MelodyService, createGrpcWebTransport({ baseUrl: "http://127.0.0.1:8080" }));

/** What is wrong with a call, for programs. */
function reason(error: unknown): string {
  const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
  return info?.reason ?? "UNKNOWN";
}

function Studio() {
  const [notes, setNotes] = useState<PieceNote[]>([]);
  const compose = async (): Promise<void> => {
    const bars: Bar[] = [];
    try {
      for await (const { event } of melody.compose({ prompt: "basse funky", hints: { role: Role.BASS } })) {
        if (event?.event.case === "bar" && event.event.value.bar) bars.push(event.event.value.bar);
        setNotes(toNotes(bars));
      }
    } catch (error) {
      console.error(reason(error));
    }
  };
  return <button onClick={() => void compose()}>{notes.map(({ pitch }) => pitch).join(" ")}</button>;
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><Studio /></StrictMode>);
