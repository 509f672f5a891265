/** The sentence above the box of a guarded room. Pure. */

import { clock } from "./draw.js";
import { WORDS } from "./words.js";

const WEEK_MS = 6 * 24 * 3600 * 1000;

/** What stands above the box; empty while the room is not guarded. `isNew` is for people in their first week. */
export function guardWords({ guarded = false, slow_seconds: slow = 0, back_at: backAt = "" }, isNew, now = new Date()) {
  if (!guarded) return "";
  const words = WORDS.guard;
  const back = backAt ? words.back(...dayAndTime(new Date(backAt), now)) : words.unknown;
  return isNew ? `${words.reads} ${back} ${words.kept}` : `${words.slow(slow)} ${back}`;
}

function dayAndTime(at, now) {
  if (at.toDateString() === now.toDateString()) return ["", clock(at)];
  const how = at - now < WEEK_MS ? { weekday: "long" } : { day: "numeric", month: "long" };
  return [at.toLocaleDateString(document.documentElement.lang || [], how), clock(at)];
}
