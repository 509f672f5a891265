/** While no moderator is on shift: the page says so, slows down, and lets the box of whoever is new rest. Words stay. */

import { say } from "../../community/js/say.js";
import { guardWords } from "./guard_words.js";
import { WORDS } from "./words.js";

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

const place = document.getElementById("guard");
const main = document.getElementById("main");
if (place) {
  main.addEventListener("frame", ({ detail: frame }) => {
    if (frame.type === "room.guard" && frame.room === main.dataset.room) show(place, main, frame);
  });
}
