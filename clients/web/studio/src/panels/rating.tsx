/** What a person thinks of a version: stars, and words where they want. */
import { Star } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/hooks";
import { rate } from "../session/opinions";
import type { Version } from "../store/project";

/** Five stars, and a comment once one is given. */
export function Rating({ version }: { readonly version: Version }) {
  const t = useText();
  const [comment, setComment] = useState(version.comment);
  const [open, setOpen] = useState(false);
  return (
    <div className="rating">
      <div role="radiogroup" aria-label={t("rateThis")} className="stars">
        {[1, 2, 3, 4, 5].map((stars) => (
          <label key={stars} className={stars <= version.stars ? "on" : ""} title={t("starsOf", { n: stars })}>
            <input
              type="radio"
              name={`stars-${version.id}`}
              checked={stars === version.stars}
              aria-label={t("starsOf", { n: stars })}
              onChange={() => {
                setOpen(true);
                void rate(version, stars, comment);
              }}
            />
            <Star size={17} fill={stars <= version.stars ? "currentColor" : "none"} aria-hidden="true" />
          </label>
        ))}
      </div>
      {(open || version.stars > 0) && (
        <form
          className="line-form"
          onSubmit={(event) => {
            event.preventDefault();
            setOpen(false);
            void rate(version, version.stars, comment.trim());
          }}
        >
          <input className="field" value={comment} maxLength={2000} aria-label={t("comment")} placeholder={t("comment")} onChange={(event) => setComment(event.currentTarget.value)} />
          <button type="submit" className="press line" disabled={!comment.trim() || comment.trim() === version.comment}>
            {t("say")}
          </button>
        </form>
      )}
    </div>
  );
}
