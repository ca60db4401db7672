/** Where projects are kept: the browser's IndexedDB. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

import type { Project } from "../store/project";
import { projectIn, projectOut } from "./stored";

/** A project as the list shows it. */
export interface Spine {
  readonly id: string;
  readonly title: string;
  readonly updated: number;
  readonly versions: number;
}

interface Shelf extends DBSchema {
  /** Whole projects, as `projectOut` makes them. */
  projects: { key: string; value: unknown };
  spines: { key: string; value: Spine };
}

let opened: Promise<IDBPDatabase<Shelf>> | undefined;

function shelf(): Promise<IDBPDatabase<Shelf>> {
  opened ??= openDB<Shelf>("boumb-studio", 1, {
    upgrade(database) {
      database.createObjectStore("projects");
      database.createObjectStore("spines", { keyPath: "id" });
    },
  });
  return opened;
}

/** Keep a project, in place of what was kept of it. */
export async function keep(project: Project): Promise<void> {
  const database = await shelf();
  const change = database.transaction(["projects", "spines"], "readwrite");
  const versions = project.entries.filter((entry) => entry.type === "version").length;
  await Promise.all([
    change.objectStore("projects").put(projectOut(project), project.id),
    change.objectStore("spines").put({ id: project.id, title: project.title, updated: project.updated, versions }),
    change.done,
  ]);
}

/** The projects that are kept, the latest first. */
export async function spines(): Promise<Spine[]> {
  const all = await (await shelf()).getAll("spines");
  return all.toSorted((one, other) => other.updated - one.updated);
}

/** A project by its id. Throws NotAProject where what is kept cannot be read. */
export async function take(id: string): Promise<Project | undefined> {
  const kept = await (await shelf()).get("projects", id);
  return kept === undefined ? undefined : projectIn(kept);
}

/** Remove a project. */
export async function discard(id: string): Promise<void> {
  const database = await shelf();
  const change = database.transaction(["projects", "spines"], "readwrite");
  await Promise.all([change.objectStore("projects").delete(id), change.objectStore("spines").delete(id), change.done]);
}
