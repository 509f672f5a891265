/** The messages on the page: in order by seq, joined and dated, without moving what is being read. */

import { clock, fill, fillReactions, slot } from "./draw.js";
import { WORDS } from "./words.js";

const NEAR_END_PX = 120;
const JOINED_WITHIN_MS = 5 * 60 * 1000;

/** Draws a room's messages. `view` is {me, messageUrl, locale}; `onSeen()` is called when the end is in view. */
export class MessageList {
  constructor({ log, list, template, below, view, onSeen }) {
    Object.assign(this, { log, list, template, below, view, onSeen });
    this.unseen = 0;
    this.firstUnseen = null;
    this.stick = true;
    log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    below.addEventListener("click", () => this.goToNew());
  }

  /** The entries of messages that the server already put on the page. */
  adopt() {
    return this.items().map((node) => ({
      seq: Number(node.dataset.seq),
      revision: Number(node.dataset.revision),
      at: node.dataset.at,
      author: { name: node.dataset.author },
      mine: [...node.querySelectorAll("[data-kind][aria-pressed=true]")].map((button) => button.dataset.kind),
    }));
  }

  /** Stored messages on the page, oldest first. */
  items() {
    return [...this.list.querySelectorAll("li.msg[data-seq]:not([data-pending])")];
  }

  /** The element of a message. */
  find(seq) {
    return document.getElementById(`m-${seq}`);
  }

  /** Draws a message, new or changed. */
  upsert(entry, isNew) {
    this.keepingPlace(() => {
      const known = this.find(entry.seq);
      const node = known ?? this.blank();
      fill(node, entry, this.view);
      fillReactions(node, entry.state ? {} : entry.reactions, entry.mine);
      if (!known) this.place(node, entry.seq);
      this.regroup(node);
      this.requote(entry);
    }, entry.author?.name === this.view.me && isNew);
    if (isNew && !this.isAtEnd && entry.author?.name !== this.view.me) this.countNew(entry.seq);
    else if (isNew) this.onSeen();
  }

  /** Takes a message off the page, without a trace. */
  remove(seq) {
    const node = this.find(seq);
    if (!node) return;
    this.keepingPlace(() => {
      if (node.contains(document.activeElement)) (this.nextOf(node) ?? this.log).focus();
      const next = this.nextOf(node);
      node.remove();
      if (next) this.regroup(next);
      this.tidyDays();
    });
  }

  /** Begins anew with these messages. */
  reset(entries) {
    this.items().forEach((node) => node.remove());
    this.tidyDays();
    entries.forEach((entry) => this.upsert(entry, false));
    this.toEnd();
  }

  /** Puts earlier messages above; what is being read stays where it is. */
  prepend(entries) {
    const before = this.log.scrollHeight - this.log.scrollTop;
    entries.forEach((entry) => this.upsert(entry, false));
    this.log.scrollTop = this.log.scrollHeight - before;
  }

  // --- messages on their way --------------------------------------------------------------------

  /** Shows a message that is not stored yet; `state` is a node with words and buttons. */
  showPending(message, state) {
    this.keepingPlace(() => {
      const node = this.pending(message.id) ?? this.newPending(message);
      slot(node, "state").replaceChildren(...state);
    }, true);
  }

  /** Takes a message on its way off the page: it is stored, or its words went back to the box. */
  dropPending(id) {
    this.keepingPlace(() => this.pending(id)?.remove());
  }

  pending(id) {
    return this.list.querySelector(`[data-pending="${CSS.escape(id)}"]`);
  }

  newPending({ id, body, headsUp, quote }) {
    const node = this.blank();
    const entry = { seq: 0, revision: 0, at: new Date().toISOString(), body, heads_up: headsUp, reply_to: quote,
      author: { name: this.view.me, pebble: 6 } };
    fill(node, entry, this.view);
    node.dataset.pending = id;
    node.id = `p-${id}`;
    this.list.append(node);
    return node;
  }

  // --- order ------------------------------------------------------------------------------------

  blank() {
    return this.template.content.cloneNode(true).querySelector("li");
  }

  place(node, seq) {
    document.getElementById("empty")?.remove();
    const after = this.items().find((one) => one !== node && Number(one.dataset.seq) > seq);
    const before = after ? this.firstMarkBefore(after) : this.list.querySelector("[data-pending]");
    this.list.insertBefore(node, before ?? null);
  }

  firstMarkBefore(node) {
    let first = node;
    while (first.previousElementSibling?.matches(".mark")) first = first.previousElementSibling;
    return first;
  }

  nextOf(node) {
    const items = this.items();
    return items[items.indexOf(node) + 1];
  }

  regroup(node) {
    const items = this.items();
    const place = items.indexOf(node);
    [place, place + 1].forEach((one) => items[one] && this.join(items[one - 1], items[one]));
  }

  join(before, node) {
    const at = new Date(node.dataset.at);
    const earlier = before && new Date(before.dataset.at);
    const newDay = !earlier || earlier.toDateString() !== at.toDateString();
    this.markDay(node, at, newDay);
    const apart = newDay || node.previousElementSibling !== before;
    const same = !apart && before.dataset.author === node.dataset.author && at - earlier < JOINED_WITHIN_MS;
    node.classList.toggle("same", same && !node.classList.contains("gone"));
  }

  markDay(node, at, wanted) {
    const has = node.previousElementSibling?.matches(".mark[data-day]") ||
      node.previousElementSibling?.previousElementSibling?.matches(".mark[data-day]") && node.previousElementSibling.matches(".mark");
    if (!wanted || has) return;
    const mark = document.createElement("li");
    mark.className = "mark";
    mark.dataset.day = at.toDateString();
    const heading = document.createElement("h2");
    heading.textContent = this.dayWords(at);
    mark.append(heading);
    this.list.insertBefore(mark, node);
  }

  dayWords(at) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
    if (days <= 1) return days < 1 ? WORDS.today : WORDS.yesterday;
    return at.toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
  }

  tidyDays() {
    this.list.querySelectorAll(".mark[data-day]").forEach((mark) => {
      const next = mark.nextElementSibling;
      if (!next || next.matches(".mark[data-day]")) mark.remove();
    });
  }

  requote(entry) {
    const words = entry.state || entry.heads_up ? "" : entry.body ?? "";
    this.list.querySelectorAll(`a.quote[href="#m-${entry.seq}"]`).forEach((quote) => {
      if (!words && !entry.heads_up) quote.hidden = true;
    });
  }

  // --- reading ------------------------------------------------------------------------------------

  get isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_PX;
  }

  keepingPlace(change, mine = false) {
    const stays = this.isAtEnd || mine;
    change();
    if (stays) this.toEnd();
  }

  /** Shows the newest message. */
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  countNew(seq) {
    this.unseen += 1;
    this.firstUnseen ??= seq;
    this.below.textContent = WORDS.newBelow(this.unseen);
    this.below.hidden = false;
  }

  goToNew() {
    const first = this.firstUnseen && this.find(this.firstUnseen);
    this.seen();
    (first ?? this.log).scrollIntoView({ block: "center" });
    first?.focus();
  }

  scrolled() {
    if (this.isAtEnd) this.seen();
  }

  seen() {
    this.unseen = 0;
    this.firstUnseen = null;
    this.below.hidden = true;
    this.onSeen();
  }

  /** The words of a message, for quoting and copying. */
  wordsOf(node) {
    return (slot(node, "body").textContent || slot(node, "folded-body").textContent).trim();
  }

  /** "Fern at 19:25", for quoting. */
  labelOf(node) {
    return `${node.dataset.author} ${clock(new Date(node.dataset.at))}`;
  }
}
