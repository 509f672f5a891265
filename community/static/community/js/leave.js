/** Leaving quickly: three presses of Shift within five seconds, with nothing pressed between. */

import { letGo } from "./kept.js";

const PRESSES = 3;
const WITHIN_MS = 5000;

/** Counts presses of Shift. Any other key between them begins anew, so typing capitals never counts. */
export class ShiftCount {
  constructor(now) {
    this.now = now;
    this.times = [];
    this.alone = false;
  }

  /** A key went down. */
  down(key) {
    this.alone = key === "Shift";
    if (!this.alone) this.times = [];
  }

  /** A key came up. The number of presses so far; three means leave. */
  up(key) {
    if (key !== "Shift" || !this.alone) return this.times.length;
    this.alone = false;
    const at = this.now();
    this.times = [...this.times.filter((time) => at - time < WITHIN_MS), at];
    return this.times.length;
  }

  /** True once it is time to go. */
  get isEnough() {
    return this.times.length >= PRESSES;
  }
}

/** For fourteen days, as long as a session can live: the browser's next request ends it, should the one below be late or lost. */
export function marked(protocol) {
  return `left=1; path=/; max-age=1209600; samesite=lax${protocol === "https:" ? "; secure" : ""}`;
}

/** Covers the page, forgets what was typed, ends the session, and opens the neutral page in its place. */
export function leaveNow(document, window) {
  const { leave, leaveUrl } = document.body.dataset;
  const token = document.querySelector("[data-leave-form] [name=csrfmiddlewaretoken]")?.value ?? "";
  cover(document);
  document.cookie = marked(window.location.protocol);
  window.dispatchEvent(new Event("leaving"));
  window.sessionStorage.clear();
  letGo(window);
  const body = new URLSearchParams({ csrfmiddlewaretoken: token });
  window.navigator.sendBeacon(leave, body);
  window.location.replace(leaveUrl);
}

function cover(document) {
  const sheet = document.createElement("div");
  sheet.className = "leave-cover";
  document.body.append(sheet);
  document.title = "Loading";
  document.querySelector("link[rel=icon]")?.setAttribute("href", "data:,");
}

/** Wires the button, the hidden link and the Shift key. */
export function listen(document, window) {
  const go = (event) => {
    event.preventDefault();
    leaveNow(document, window);
  };
  document.querySelectorAll("[data-leave-form]").forEach((form) => form.addEventListener("submit", go));
  document.querySelectorAll("[data-leave-link]").forEach((link) => link.addEventListener("click", go));
  if (document.documentElement.dataset.shift === "off") return;
  const count = new ShiftCount(() => window.performance.now());
  window.addEventListener("keydown", (event) => count.down(event.key), true);
  window.addEventListener("keyup", (event) => {
    showDots(document, count.up(event.key));
    if (count.isEnough) leaveNow(document, window);
  }, true);
}

function showDots(document, presses) {
  document.querySelectorAll(".leave__dots").forEach((dots) => {
    dots.textContent = presses ? "● ".repeat(presses) + "○ ".repeat(PRESSES - presses) : "";
  });
}
