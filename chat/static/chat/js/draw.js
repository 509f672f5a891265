/** Fills a cloned message. Text of people goes in as text nodes only; slots are elements marked data-slot="…". */

import { WORDS } from "./words.js";

const LINK = /^https?:\/\//i;

/** The element of `node` with this slot. */
export function slot(node, name) {
  return node.querySelector(`[data-slot="${name}"]`);
}

/** Time of day in the browser's zone. */
export function clock(at) {
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** Shows `entry` in `node`, a clone of the message template or a message already on the page. */
export function fill(node, entry, { me, messageUrl }) {
  const name = entry.author?.name ?? WORDS.someone;
  const mine = name === me;
  node.id = `m-${entry.seq}`;
  Object.assign(node.dataset, { seq: entry.seq, revision: entry.revision, at: entry.at, author: name, mine: mine ? "1" : "" });
  node.classList.toggle("mine", mine);
  node.classList.toggle("gone", Boolean(entry.state));
  fillHead(node, entry, name);
  fillBody(node, entry);
  slot(node, "edited").hidden = !entry.edited;
  slot(node, "tools").hidden = Boolean(entry.state) || !entry.seq;
  const more = slot(node, "more");
  more.href = messageUrl.replace("/0/", `/${entry.seq}/`);
  more.setAttribute("aria-label", WORDS.more(name, clock(new Date(entry.at))));
}

function fillHead(node, entry, name) {
  const pebble = slot(node, "pebble");
  pebble.className = `pebble p${entry.author?.pebble ?? 6}`;
  pebble.textContent = [...name][0].toUpperCase();
  slot(node, "name").textContent = name;
  slot(node, "moderator").hidden = entry.author?.label !== "moderator";
  slot(node, "host").hidden = entry.author?.label !== "host";
  slot(node, "new").hidden = !entry.author?.new;
  const time = slot(node, "time");
  time.dateTime = entry.at;
  time.textContent = clock(new Date(entry.at));
}

function fillBody(node, entry) {
  const folded = Boolean(entry.heads_up);
  slot(node, "hidden-note").hidden = entry.state !== "hidden";
  slot(node, "headsup").hidden = !folded || Boolean(entry.state);
  slot(node, "bubble").hidden = folded || Boolean(entry.state);
  slot(node, "headsup-words").textContent = entry.heads_up ?? "";
  write(slot(node, folded ? "folded-body" : "body"), entry);
  write(slot(node, folded ? "body" : "folded-body"), {});
  fillQuote(node, "quote", folded ? null : entry.reply_to);
  fillQuote(node, "folded-quote", folded ? entry.reply_to : null);
}

function fillQuote(node, name, quote) {
  const place = slot(node, name);
  place.hidden = !quote?.text;
  if (!quote) return;
  place.href = `#m-${quote.seq}`;
  slot(node, `${name}-name`).textContent = quote.name ?? "";
  slot(node, `${name}-text`).textContent = quote.text ?? "";
}

function write(place, { body = "", parts = [] }) {
  place.replaceChildren(...(parts.length ? parts.map(piece) : [document.createTextNode(body)]));
}

function piece([kind, words, value]) {
  if (kind === "link" && LINK.test(value)) {
    const link = document.createElement("a");
    Object.assign(link, { href: value, rel: "nofollow ugc noopener noreferrer" });
    link.textContent = words;
    return link;
  }
  if (kind === "mention") {
    const name = document.createElement("span");
    name.className = "mention";
    name.textContent = words;
    return name;
  }
  return document.createTextNode(words);
}

/** Shows the words of support under a message, as buttons. */
export function fillReactions(node, counts = {}, mine = []) {
  const template = document.getElementById("felt-template");
  const buttons = Object.entries(WORDS.reactions).filter(([kind]) => counts[kind]).map(([kind, label]) => {
    const button = template.content.cloneNode(true).querySelector("button");
    button.dataset.kind = kind;
    button.setAttribute("aria-pressed", String(mine.includes(kind)));
    slot(button, "label").textContent = label;
    slot(button, "count").textContent = counts[kind];
    return button;
  });
  slot(node, "reactions").replaceChildren(...buttons);
}
