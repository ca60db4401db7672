// Which instrument of General MIDI a role has where none is said, as the contract's Export writes it.

import { Role } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";

const USUAL: Partial<Record<Role, number>> = {
  [Role.MELODY]: 80,
  [Role.BASS]: 33,
  [Role.CHORDS]: 4,
  [Role.ARPEGGIO]: 81,
  [Role.PAD]: 89,
};
const PIANO = 0;

/** Programme of a part, from 0. */
export function programmeOf(role: Role, program: number | undefined): number {
  return program ?? USUAL[role] ?? PIANO;
}
