/** Licences of everything that is bundled; the build reads them from the packages. */
import { use } from "react";

import { useText } from "../app/hooks";

let asked: Promise<typeof import("virtual:licences").default> | undefined;

/** The list; it is a file of its own, since it is seldom read. */
function list(): NonNullable<typeof asked> {
  asked ??= import("virtual:licences").then((module) => module.default);
  return asked;
}

/** The list of packages. Wrap it in Suspense. */
export function Licences() {
  const t = useText();
  return (
    <>
      <p className="hint">{t("licencesHow")}</p>
      <ul className="licences">
        {use(list()).map(({ name, version, licence, notice }) => (
          <li key={name}>
            <details>
              <summary>
                <b>{name}</b> {version} · {licence}
              </summary>
              <pre>{notice}</pre>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
