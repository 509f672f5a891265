/** What is live of the queue's page: numbers that tell what is new, and a part of the page that is put in place anew. */

const POLL_MS = 5000;
const SEVERE = ["imminent", "high"];

/**
 * Hears how many wait, by severity. Calls `changed()` each time, `severe(n)` for n more severe ones than before, or than
 * the page was made with (`waiting`), if it says so.
 */
export class News {
  constructor({ changed, severe, waiting = null }) {
    Object.assign(this, { changed, severe, waiting });
  }

  hear(counts = {}) {
    const before = this.waiting;
    this.waiting = SEVERE.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
    this.changed(); // the first one, too: the page may be older than the line
    if (before !== null && this.waiting > before) this.severe(this.waiting - before);
  }
}

/**
 * Keeps `place` as the server would show it now; `get()` promises that element of a fresh page. One at a time, and once
 * more for whatever came meanwhile. Focus, what is being typed, what is open and the scroll position stay.
 */
export class Live {
  constructor({ place, get, timers = globalThis }) {
    Object.assign(this, { place, get, timers });
    this.isLive = false;
    this.isBusy = false;
    this.isWanted = false;
    this.wait = null;
    place?.addEventListener("focusout", () => this.isOwed && this.renew());
  }

  async renew() {
    this.isWanted = true;
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.isWanted) {
      this.isWanted = false;
      const fresh = await this.get().catch(() => null);
      if (fresh) this.put(fresh);
    }
    this.isBusy = false;
  }

  /** Asks now and then, for as long as there is no line. */
  poll() {
    this.timers.clearTimeout(this.wait);
    this.wait = this.timers.setTimeout(async () => {
      if (this.isLive) return;
      await this.renew();
      if (!this.isLive) this.poll();
    }, POLL_MS);
  }

  put(fresh) {
    const { place } = this;
    if (fresh.innerHTML === place.innerHTML) return;
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    this.isOwed = Boolean(focused?.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"));
    if (this.isOwed) return; // somebody is typing
    const path = focused && pathTo(focused);
    const open = [...place.querySelectorAll("details[open][id]")].map((one) => one.id);
    const top = place.scrollTop;
    place.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    place.scrollTop = top;
    if (path) (place.querySelector(path) ?? focusable(place)).focus({ preventScroll: true });
  }
}

// How to find the same control again: by its id, else by what it does.
function pathTo(node) {
  if (node.id) return `#${CSS.escape(node.id)}`;
  if (node.hasAttribute("href")) return `a[href="${CSS.escape(node.getAttribute("href"))}"]`;
  const form = node.closest("form[action]");
  const within = form ? `form[action="${CSS.escape(form.getAttribute("action"))}"] ` : "";
  const value = node.value ? `[value="${CSS.escape(node.value)}"]` : "";
  return `${within}${node.tagName.toLowerCase()}${node.name ? `[name="${CSS.escape(node.name)}"]` : ""}${value}`;
}

function focusable(place) {
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
  return place;
}
