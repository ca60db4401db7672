// Composes through the gateway in plain Node, over gRPC-Web. Usage: node compose.mjs BASE_URL TOKEN PROMPT
// Prints the case of each event, then the number of notes of the piece.

import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { MelodyService } from "@boumbapp/contract/boumbapp/melody/v2/melody_service_pb";

const [baseUrl, token, prompt] = process.argv.slice(2);
const authorize = (next) => (request) => {
  request.header.set("authorization", `Bearer ${token}`);
  return next(request);
};
const melody = createClient(MelodyService, createGrpcWebTransport({ baseUrl, interceptors: [authorize] }));
for await (const { event } of melody.compose({ prompt, seed: 7 })) console.log(event?.event.case);
