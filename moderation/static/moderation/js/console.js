/** Help at the console: single keys while nobody writes, a lease that runs anew while somebody works, texts to begin from. */

import { sayNow } from "../../community/js/say.js";

const OFF = "console-keys-off";
const RENEW_EVERY = 60_000;
const WRITES = "input, textarea, select, [contenteditable]";

/** Single letters: each opens or focuses what it names. Off by choice, and never while a field has the focus. */
class Keys {
  constructor(root) {
    this.root = root;
    this.dialog = root.querySelector("dialog");
    this.box = root.querySelector("[data-keys-on]");
    root.hidden = false;
    this.set(this.stored() !== "1");
    this.list();
    root.querySelector("[data-keys-list]").addEventListener("click", () => this.dialog.showModal());
    this.box.addEventListener("change", () => this.set(this.box.checked, true));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  stored() {
    try {
      return localStorage.getItem(OFF);
    } catch {
      return null;
    }
  }

  set(on, keep = false) {
    this.on = on;
    this.box.checked = on;
    document.documentElement.dataset.keysAre = on ? "on" : "off";
    if (!keep) return;
    try {
      localStorage.setItem(OFF, on ? "0" : "1");
    } catch {
      // Where nothing may be kept, the choice holds for this page.
    }
  }

  list() {
    const place = this.root.querySelector("[data-keys-of]");
    const named = [...document.querySelectorAll("[data-key]")];
    for (const one of named.filter((each, at) => named.findIndex(({ dataset }) => dataset.key === each.dataset.key) === at)) {
      const [term, words, key] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
      key.textContent = one.dataset.key.toUpperCase();
      term.append(key);
      words.textContent = wordsOf(one);
      place.append(term, words);
    }
  }

  pressed(event) {
    if (!this.on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.(WRITES) || this.dialog.open) return;
    const key = event.key.toLowerCase();
    if (key === "?") this.dialog.showModal();
    else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (!this.act(key)) return;
    event.preventDefault();
  }

  act(key) {
    if (!/^[a-z]$/.test(key)) return false;
    const one = [...document.querySelectorAll(`[data-key="${key}"]`)].find((each) => each.checkVisibility());
    if (!one) return false;
    if (one.matches("summary")) open(one);
    else if (one.form?.querySelector("textarea")) one.form.querySelector("textarea").focus();
    else one.click();
    return true;
  }
}

function wordsOf(one) {
  const copy = one.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, .dot, svg")) extra.remove();
  return copy.textContent.trim();
}

/** Opens what can be done and puts the focus on its first field; sending stays a press of its own. */
function open(summary) {
  summary.parentElement.open = true;
  const form = summary.parentElement.querySelector("form");
  (form.querySelector("textarea, select, input:not([type=hidden])") ?? form.querySelector("button")).focus();
}

function move(step) {
  const all = [...document.querySelectorAll("[data-item]")].filter((one) => one.checkVisibility());
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
}

/** Tells the server that somebody is at it, at most once a minute, and only when something was done. */
class Lease {
  constructor(strip) {
    this.strip = strip;
    this.last = Date.now();
    for (const kind of ["keydown", "pointerdown", "scroll"]) {
      document.addEventListener(kind, () => this.active(), { passive: true, capture: true });
    }
    strip.querySelector("[data-renew]").form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.renew();
    });
  }

  active() {
    if (Date.now() - this.last >= RENEW_EVERY) this.renew();
  }

  async renew() {
    this.last = Date.now();
    const token = this.strip.querySelector("[name=csrfmiddlewaretoken]").value;
    try {
      const answer = await fetch(this.strip.dataset.lease, { method: "POST", headers: { "X-Live": "1", "X-CSRFToken": token } });
      const { until, detail } = await answer.json();
      if (until) this.strip.querySelector("[data-until]").textContent = until;
      else if (detail) this.lost(detail);
    } catch {
      // Without a line the lease goes on until its time; acting says what became of it.
    }
  }

  lost(detail) {
    this.strip.querySelector("[data-held]").textContent = detail;
    sayNow(detail);
  }
}

/** A line that offers to undo: it goes after its time, but not from under the pointer or the focus. */
class Undo {
  constructor(line) {
    this.line = line;
    setTimeout(() => this.end(), Number(line.dataset.undo) * 1000);
  }

  end() {
    const isInUse = this.line.matches(":hover, :focus-within");
    if (!isInUse) this.line.remove();
    else for (const kind of ["pointerleave", "focusout"]) this.line.addEventListener(kind, () => setTimeout(() => this.end()), { once: true });
  }
}

function useText(event) {
  const button = event.target.closest("[data-use-text]");
  if (!button) return;
  const select = button.parentElement.querySelector("[data-texts]");
  const box = document.getElementById(select.dataset.texts);
  event.preventDefault();
  box.value = select.selectedOptions[0].dataset.words;
  box.focus();
}

for (const root of document.querySelectorAll("[data-keys]")) new Keys(root);
for (const strip of document.querySelectorAll("[data-lease]")) new Lease(strip);
for (const line of document.querySelectorAll("[data-undo]")) new Undo(line);
document.addEventListener("click", useText);
