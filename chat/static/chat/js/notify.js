/** Quiet notifications: the page's title while nobody looks at it, and the dots beside rooms and tabs. */

import { upToNine } from "./unread.js";

/** Counts while the page is hidden; the title never names a person or a message. */
export class TitleCount {
  constructor(document) {
    this.document = document;
    this.title = document.title;
    this.count = 0;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.clear();
    });
  }

  /** Something new came. */
  add(n = 1) {
    if (!this.document.hidden || n < 1) return;
    this.count += n;
    this.document.title = `(${upToNine(this.count)}) ${this.title}`;
  }

  clear() {
    this.count = 0;
    this.document.title = this.title;
  }
}

/** Shows a count in a dot, or takes the dot away. */
export function showDot(dot, count) {
  if (!dot) return;
  dot.hidden = count < 1;
  dot.querySelector("[data-count]").textContent = upToNine(count);
}

/** Shows how much is new in Notifications, from `hello` and `notices` frames; other scripts hear of it as an event. */
export function hearNotices(document, frame) {
  if (frame.type !== "hello" && frame.type !== "notices") return;
  const count = (frame.type === "hello" ? frame.notices : frame.count) ?? 0;
  document.querySelectorAll("[data-notices]").forEach((dot) => showDot(dot, count));
  document.dispatchEvent(new CustomEvent("notices", { detail: { count, isNews: frame.type === "notices" } }));
}

/** Shows how much is new in rooms and one to one, beside their names in the navigation. */
export function showTotals(document, { total, talks }) {
  document.querySelectorAll("[data-unread-total]").forEach((dot) => showDot(dot, total));
  document.querySelectorAll("[data-unread-talks]").forEach((dot) => showDot(dot, talks));
}
