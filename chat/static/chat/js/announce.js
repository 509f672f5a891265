/** Speaks new messages, once each, through the hidden log. History, times and buttons are never spoken. */

import { WORDS } from "./words.js";

const TOGETHER = 3;
const WITHIN_MS = 5000;
const BUSY_MS = 10000; // where many write at once
const GONE_AFTER_MS = 30000;
const LONGEST = 300;

/** `mode` is "every" (the default), "number" or "none". */
export class Announcer {
  constructor(log, { mode = "every", timers = window, now = Date.now } = {}) {
    Object.assign(this, { log, mode, timers, now });
    this.recent = [];
    this.bundle = [];
  }

  /** A message arrived that somebody else wrote; `isBusy` where many do at once, and only numbers can be followed. */
  arrived(entry, isBusy = false) {
    if (this.mode === "none" || entry.state) return;
    const at = this.now();
    this.recent = [...this.recent.filter((time) => at - time < WITHIN_MS), at];
    if (isBusy || this.mode === "number" || this.recent.length > TOGETHER) this.later(entry, isBusy ? BUSY_MS : WITHIN_MS);
    else this.say(line(entry));
  }

  later(entry, wait) {
    this.bundle.push(entry.author?.name);
    if (this.bundle.length > 1) return;
    this.timers.setTimeout(() => {
      const names = this.bundle;
      this.bundle = [];
      const people = new Set(names).size;
      this.say(this.mode === "number" || people < 2 ? WORDS.spokenCount(names.length) : WORDS.spoken(names.length, people));
    }, wait);
  }

  say(words) {
    const place = this.log.ownerDocument.createElement("p");
    place.textContent = words;
    this.log.append(place);
    this.timers.setTimeout(() => place.remove(), GONE_AFTER_MS);
  }
}

/** One line for one message: its words, or what its heads-up says. */
export function line(entry) {
  const name = entry.author?.name ?? WORDS.someone;
  if (entry.heads_up) return WORDS.spokenHeadsUp(name, entry.heads_up);
  const body = entry.body.length > LONGEST ? `${entry.body.slice(0, LONGEST)} ${WORDS.andMore}` : entry.body;
  return `${name}: ${body}`;
}
