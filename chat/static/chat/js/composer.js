/** The box at the bottom: grows, sends, replies, changes the last message, and keeps a draft for this tab. */

import { WORDS } from "./words.js";

const LIMIT = 4000;

/** Wires form#composer. `on.send({body, headsUp, replyTo, quote})`, `on.change(seq, body)`, `on.lastOwn()` → node or null. */
export class Composer {
  constructor(form, { room, on, storage = window.sessionStorage }) {
    Object.assign(this, { form, on, storage, key: `draft:${room}` });
    this.box = form.elements.namedItem("body");
    this.headsUp = form.elements.namedItem("heads_up");
    this.replyTo = form.elements.namedItem("reply_to");
    this.over = form.querySelector("#over");
    this.replying = form.querySelector("#replying");
    this.quote = null;
    this.changing = null;
    this.box.value ||= storage.getItem(this.key) ?? "";
    this.wire();
    this.typed();
  }

  wire() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("keydown", (event) => this.key_(event));
    this.form.querySelector("#reply-cancel").addEventListener("click", () => this.stopReplying());
    window.addEventListener("leaving", () => this.forget());
  }

  key_(event) {
    const plain = !event.shiftKey && !event.isComposing;
    if (event.key === "Enter" && plain && this.enterSends !== (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.box.value && plain) {
      const last = this.on.lastOwn();
      if (last) {
        event.preventDefault();
        this.change(last);
      }
    } else if (event.key === "Escape" && (this.changing || this.quote)) {
      this.stopReplying();
    }
  }

  get enterSends() {
    const newline = document.documentElement.dataset.enter === "newline";
    return !newline && window.matchMedia("(pointer: fine)").matches;
  }

  submit() {
    const body = this.box.value;
    if (!body.trim() || [...body].length > LIMIT) return;
    if (this.changing) this.on.change(this.changing, body);
    else this.on.send({ body, headsUp: this.headsUp.value.trim(), replyTo: Number(this.replyTo.value) || null, quote: this.quote });
    this.clear();
  }

  typed() {
    const over = [...this.box.value].length - LIMIT;
    this.over.hidden = over <= 0;
    if (over > 0) this.over.textContent = WORDS.over(over);
    if (this.changing) return;
    if (this.box.value) this.storage.setItem(this.key, this.box.value);
    else this.storage.removeItem(this.key);
  }

  /** Quotes a message in what is written next. */
  reply(seq, name, text) {
    this.stopReplying();
    this.replyTo.value = seq;
    this.quote = { seq, name, text: text.slice(0, 80) };
    this.show(name, this.quote.text);
    this.box.focus();
  }

  /** Puts the words of one's own message into the box to change them. */
  change({ seq, body }) {
    this.stopReplying();
    this.changing = seq;
    this.box.value = body;
    this.show(WORDS.changeMessage, body.slice(0, 80));
    this.box.focus();
    this.typed();
  }

  /** Puts words back that could not be sent, before whatever is there. */
  putBack(body) {
    this.box.value = this.box.value ? `${body}\n${this.box.value}` : body;
    this.typed();
    this.box.focus();
  }

  show(name, text) {
    this.replying.querySelector('[data-slot="name"]').textContent = name;
    this.replying.querySelector('[data-slot="text"]').textContent = text;
    this.replying.hidden = false;
  }

  stopReplying() {
    if (this.changing) this.box.value = "";
    this.changing = this.quote = null;
    this.replyTo.value = "";
    this.replying.hidden = true;
    this.typed();
  }

  clear() {
    this.box.value = "";
    this.headsUp.value = "";
    this.form.querySelector("#add").open = false;
    this.changing = null;
    this.stopReplying();
    this.storage.removeItem(this.key);
  }

  /** True while there are words in the box that were not sent. */
  get hasWords() {
    return Boolean(this.box.value.trim());
  }

  forget() {
    this.box.value = "";
    this.storage.removeItem(this.key);
  }
}
