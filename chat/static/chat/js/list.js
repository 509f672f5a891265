/** The messages on the page: in order by seq, joined and dated, without moving what is being read. */

import { draw, renew, slot } from "./draw.js";
import { quoted, WORDS } from "./words.js";

const NEAR_END_PX = 120;
const EDGE_PX = 24; // of the log, faded
const JOINED_WITHIN_MS = 5 * 60 * 1000;

/** Draws a room's messages. `view` is {me, messageUrl, locale}; `onSeen()` is called when the end is in view. */
export class MessageList {
  constructor({ log, list, template, below, view, onSeen }) {
    Object.assign(this, { log, list, template, below, view, onSeen });
    this.unseen = 0;
    this.firstUnseen = null;
    this.together = null;
    this.end = () => { log.scrollTop = log.scrollHeight; };
    this.held = null; // puts the place that is to stay in view there again, until somebody scrolls
    this.lastTop = 0;
    log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    below.addEventListener("click", () => this.goToNew());
    // Heights of messages that were far away are only known once they are near.
    const resized = new ResizeObserver(() => this.hold(this.held));
    [log, list].forEach((box) => resized.observe(box));
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
    const mine = entry.author?.name === this.view.me;
    this.keepingPlace(() => this.put(entry), mine && isNew);
    if (isNew && !this.isAtEnd && !mine) this.countNew(entry.seq);
    else if (isNew) this.onSeen();
  }

  /** Draws new messages of others. Several that came together have a line before them, until the next ones come. */
  add(entries) {
    entries.forEach((entry) => this.upsert(entry, true));
    if (this.together || entries.length > 1) this.keepingPlace(() => this.markTogether(entries));
  }

  markTogether(entries) {
    const before = this.together?.nextElementSibling;
    this.together?.remove();
    this.together = null;
    if (before?.matches("li.msg[data-seq]")) this.regroup(before);
    const first = entries.length > 1 && this.find(entries[0].seq);
    if (!first) return;
    this.together = document.createElement("li");
    this.together.className = "mark";
    this.together.setAttribute("aria-hidden", "true");
    this.together.textContent = WORDS.together(entries.length);
    first.before(this.together);
    this.regroup(first);
  }

  put(entry) {
    const fresh = draw(this.template, entry, this.view);
    const known = this.find(entry.seq);
    if (known) renew(known, fresh);
    else this.place(fresh, entry.seq);
    this.regroup(known ?? fresh);
  }

  /** Marks which words of support are one's own. */
  press(seq, mine) {
    this.find(seq)?.querySelectorAll(".felt [data-kind]").forEach((button) => {
      button.setAttribute("aria-pressed", String(mine.includes(button.dataset.kind)));
    });
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
    entries.forEach((entry) => this.put(entry));
    this.toEnd();
  }

  /** Puts earlier messages above; what is being read stays where it is. */
  prepend(entries) {
    const [first] = this.items();
    const top = () => first.getBoundingClientRect().top;
    const before = first && top();
    entries.forEach((entry) => this.put(entry));
    if (first) this.hold(() => { this.log.scrollTop += top() - before; });
  }

  /** Puts a piece of the page beside a message. Where it pushes the message away, the message stays in view. */
  putBeside(node, piece) {
    const stays = this.isAtEnd;
    const before = node.querySelector(":scope > .beside");
    if (before) before.replaceWith(piece);
    else node.append(piece);
    if (stays) this.hold(() => this.toEndWith(node));
  }

  /** Puts a piece of the page in place of what a message says. */
  putInPlace(node, piece) {
    const focused = node.contains(document.activeElement) && document.activeElement !== node;
    this.keepingPlace(() => {
      this.dropFromPlace(node);
      node.querySelector(":scope > .msg-body").after(piece);
    });
    if (focused) node.focus({ preventScroll: true });
  }

  /** The message says something itself again. */
  dropFromPlace(node) {
    node.querySelector(":scope > .taken")?.remove();
  }

  toEndWith(node) {
    this.end();
    const above = this.log.getBoundingClientRect().top + EDGE_PX - node.getBoundingClientRect().top;
    if (above > 0) this.log.scrollTop -= above;
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
    const entry = { seq: 0, revision: 0, at: new Date().toISOString(), body, heads_up: headsUp, reply_to: quote,
      author: { name: this.view.me } };
    const node = draw(this.template, entry, this.view);
    node.dataset.pending = id;
    node.id = `p-${id}`;
    this.list.append(node);
    return node;
  }

  // --- order ------------------------------------------------------------------------------------

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

  /** Messages that quote `entry` say what it says now: its heads-up or its words, or nothing once it is gone. */
  requote({ seq, state, heads_up: headsUp, body = "" }) {
    this.list.querySelectorAll(`a.quote[href="#m-${Number(seq)}"]`).forEach((quote) => {
      if (state) quote.remove();
      else slot(quote, "quote-text").textContent = quoted(headsUp || body);
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
    this.hold(this.end);
  }

  /** Shows a message or a mark in the middle, if there is room around it. */
  show(node) {
    this.hold(() => this.center(node));
  }

  hold(place) {
    this.held = place;
    place?.();
    this.lastTop = this.log.scrollTop;
  }

  // By hand: after `scrollIntoView` the next Tab starts from there, past the links that skip to messages and box.
  center(node) {
    const [log, place] = [this.log.getBoundingClientRect(), node.getBoundingClientRect()];
    this.log.scrollTop += place.top - log.top - (log.height - place.height) / 2;
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
    if (!first) this.toEnd();
    first?.focus({ preventScroll: true });
    if (first) this.show(first);
  }

  scrolled() {
    const isMoved = Math.abs(this.log.scrollTop - this.lastTop) > 1;
    if (isMoved) this.held = this.isAtEnd ? this.end : null;
    this.lastTop = this.log.scrollTop;
    if (this.isAtEnd) this.seen();
  }

  seen() {
    this.unseen = 0;
    this.firstUnseen = null;
    this.below.hidden = true;
    this.onSeen();
  }

  /** What quoting a message shows of it; a quotation never unfolds a heads-up. */
  quoteOf(node) {
    return quoted(slot(node, "headsup-words")?.textContent ?? this.wordsOf(node));
  }

  /** The words of a message, for copying and changing. */
  wordsOf(node) {
    return slot(node, "said")?.textContent.trim() ?? "";
  }
}
