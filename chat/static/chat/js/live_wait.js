/** The page of a chat that is awaited: looks at the moments when it may change, and goes on by itself. */

import { ServerClock } from "./live_clock.js";

const CHECKED_IN_MS = 10 * 60 * 1000; // before the start it is known whether somebody leads it
const SPREAD_MS = 4000; // so that not everyone asks at once
const AGAIN_MS = 30000;
const TRIES = 40;

/** When to look next, in milliseconds; null once there is nothing to wait for. Pure. */
export function nextLook({ startsAt, time, tries, random = Math.random() }) {
  if (tries >= TRIES) return null;
  const spread = 500 + random * SPREAD_MS;
  const moment = [startsAt - CHECKED_IN_MS, startsAt].find((one) => one > time);
  return moment ? moment - time + spread : AGAIN_MS + spread;
}

/** Waits on `place`: its data has `state`, `stateUrl`, `starts` and `now`. Calls `changed()` once it stands otherwise. */
export class Wait {
  constructor(place, { fetch, changed, timers = globalThis, random = Math.random, now = Date.now }) {
    Object.assign(this, { place, fetch, changed, timers, random });
    this.clock = new ServerClock(place.dataset.now, { now });
    this.startsAt = Date.parse(place.dataset.starts);
    this.tries = 0;
    this.plan();
  }

  plan() {
    const wait = nextLook({ startsAt: this.startsAt, time: this.clock.time, tries: this.tries, random: this.random() });
    if (wait !== null) this.timers.setTimeout(() => this.look(), Math.min(wait, 2 ** 31 - 1));
  }

  async look() {
    if (this.clock.time >= this.startsAt) this.tries += 1;
    const frame = await this.fetch(this.place.dataset.stateUrl).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    const isMoved = frame && Date.parse(frame.starts_at) !== this.startsAt;
    if (frame && (frame.state !== this.place.dataset.state || isMoved)) this.changed(frame);
    else this.plan();
  }
}

/** Shows the page anew, unless something is being written on it: then a line offers the way in. */
export function goOn(document, location) {
  const isWriting = [...document.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
  const offer = document.querySelector("[data-live-begun]");
  if (isWriting && offer) offer.hidden = false;
  else location.reload();
}

const place = globalThis.document?.querySelector("[data-live-wait]");
if (place) new Wait(place, { fetch: (url) => fetch(url), changed: () => goOn(document, window.location) });
