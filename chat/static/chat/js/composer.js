/** The box at the bottom: grows, sends, replies, changes the last message, and keeps a draft for this tab. */

import { charactersOver } from "./protocol.js";
import { quoted, WORDS } from "./words.js";

/**
 * Wires form#composer. Calls `on.send({body, headsUp, replyTo, quote})` and `on.change(seq, body)`, which promises
 * whether the change was stored; asks `on.lastOwn()` for {seq, body} of one's last message that can be changed, or null.
 */
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
    if (!body.trim() || charactersOver(body) || this.box.readOnly || "rests" in this.form.dataset) return;
    if (this.changing) {
      this.save(this.changing, body);
      return;
    }
    this.on.send({ body, headsUp: this.headsUp.value.trim(), replyTo: Number(this.replyTo.value) || null, quote: this.quote });
    this.clear();
  }

  // The words stay in the box until the change is stored.
  async save(seq, body) {
    this.box.readOnly = true;
    const isStored = await this.on.change(seq, body);
    this.box.readOnly = false;
    if (isStored && this.changing === seq) this.stopReplying();
  }

  typed() {
    const over = charactersOver(this.box.value);
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
    this.quote = { seq, name, text };
    this.show(name, text);
    this.box.focus();
  }

  /** Puts the words of one's own message into the box to change them. */
  change({ seq, body }) {
    this.stopReplying();
    this.changing = seq;
    this.box.value = body;
    this.show(WORDS.changeMessage, quoted(body));
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

  // After a change, whatever was being written before comes back.
  stopReplying() {
    if (this.changing) this.box.value = this.storage.getItem(this.key) ?? "";
    this.changing = this.quote = null;
    this.replyTo.value = "";
    this.replying.hidden = true;
    this.typed();
  }

  clear() {
    this.box.value = this.headsUp.value = "";
    this.form.querySelector("#add").open = false;
    this.stopReplying();
    this.box.dispatchEvent(new Event("input")); // for others who look at the draft
  }

  forget() {
    this.box.value = "";
    this.storage.removeItem(this.key);
  }
}
