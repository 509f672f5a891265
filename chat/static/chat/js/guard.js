/** While no moderator is on shift: the page says so, slows down, and lets the box of whoever is new rest. Words stay. */

import { say } from "../../community/js/say.js";
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

function show(place, main, frame) {
  const isNew = place.dataset.new === "1";
  const rests = Boolean(frame.guarded) && isNew;
  const words = guardWords(frame, isNew);
  main.dataset.slow = Math.max(Number(place.dataset.slow), frame.slow_seconds ?? 0);
  const form = document.getElementById("composer");
  form?.toggleAttribute("data-rests", rests);
  form?.querySelector(".send").setAttribute("aria-disabled", String(rests));
  if (!words && !place.hidden) say(WORDS.guard.over);
  if (place.textContent !== words) place.textContent = words;
  place.hidden = !words;
}

const place = globalThis.document?.getElementById("guard");
const main = globalThis.document?.getElementById("main");
if (place) {
  main.addEventListener("frame", ({ detail: frame }) => {
    if (frame.type === "room.guard" && frame.room === main.dataset.room) show(place, main, frame);
  });
}
