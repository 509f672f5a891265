/** Draws one message. Text of people goes in as text nodes only; slots are elements marked data-slot="…". */

import { WORDS } from "./words.js";

const LINK = /^https?:\/\//i;

/** The element of `node` with this slot, or null where the message has no use for it. */
export function slot(node, name) {
  return node.querySelector(`[data-slot="${name}"]`);
}

/** Time of day in the browser's zone. */
export function clock(at) {
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** A new element for `entry`; slots without a use are left out. `view` is {me, messageUrl}. */
export function draw(template, entry, { me, messageUrl }) {
  const node = template.content.cloneNode(true).querySelector("li");
  const name = entry.author?.name ?? WORDS.someone;
  const mine = name === me;
  const isGone = Boolean(entry.state);
  node.id = `m-${entry.seq}`;
  Object.assign(node.dataset, { seq: entry.seq, revision: entry.revision, at: entry.at, author: name, mine: mine ? "1" : "" });
  node.classList.toggle("mine", mine);
  node.classList.toggle("gone", isGone);
  drawHead(node, entry, name);
  drawWords(node, entry);
  drawReactions(node, isGone ? {} : entry.reactions, entry.mine);
  drawFoot(node, entry, mine && !isGone);
  drawTools(node, entry, messageUrl.replace("/0/", `/${entry.seq}/`));
  return node;
}

/** Gives `known` what `fresh` shows. Its actions, the focus and an open fold stay as they are. */
export function renew(known, fresh) {
  const [before, after] = [known, fresh].map((node) => node.querySelector(".msg-body"));
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  const [wasFold, fold] = [before, after].map((body) => slot(body, "headsup"));
  if (wasFold?.open && fold) fold.open = true;
  before.replaceWith(after);
  Object.assign(known.dataset, fresh.dataset);
  known.classList.toggle("gone", fresh.classList.contains("gone"));
  if (known.classList.contains("gone")) slot(known, "tools")?.remove();
  else if (!slot(known, "tools") && slot(fresh, "tools")) after.after(slot(fresh, "tools"));
  if (focused) (after.querySelector(`[data-kind="${focused.dataset.kind}"]`) ?? known).focus();
}

function drawHead(node, { author, at }, name) {
  if (keep(node, "pebble", !node.dataset.mine)) {
    slot(node, "pebble").className = `pebble p${author?.pebble ?? 6}`;
    slot(node, "pebble").textContent = [...name][0].toUpperCase();
  }
  slot(node, "name").textContent = name;
  keep(node, "moderator", author?.label === "moderator");
  keep(node, "host", author?.label === "host");
  keep(node, "new", author?.new);
  const time = slot(node, "time");
  time.dateTime = at;
  time.textContent = clock(new Date(at));
}

function drawWords(node, entry) {
  const folded = Boolean(entry.heads_up);
  keep(node, "hidden-note", entry.state === "hidden");
  keep(node, "unreadable-note", entry.state === "unreadable");
  keep(node, "caution", entry.caution && !node.dataset.mine);
  keep(node, "veiled-note", entry.aside === "veiled");
  keep(node, "held-note", entry.aside === "held");
  if (keep(node, "headsup", folded && !entry.state)) slot(node, "headsup-words").textContent = entry.heads_up;
  keep(node, "bubble", !folded && !entry.state);
  const place = slot(node, folded ? "folded" : "bubble");
  if (!place) return;
  slot(place, "said").replaceChildren(...pieces(entry));
  const { reply_to: quote } = entry;
  if (!keep(place, "quote", quote?.text)) return;
  slot(place, "quote").href = `#m-${quote.seq}`;
  slot(place, "quote-name").textContent = quote.name ?? "";
  slot(place, "quote-text").textContent = quote.text;
}

function pieces({ body = "", parts = [] }) {
  return parts.length ? parts.map(piece) : [document.createTextNode(body)];
}

function piece([kind, words, value]) {
  if (kind === "link" && LINK.test(value)) {
    const link = document.createElement("a");
    Object.assign(link, { href: value, rel: "nofollow ugc noopener noreferrer" });
    link.textContent = words;
    return link;
  }
  if (kind === "veil") return veil();
  if (kind !== "mention") return document.createTextNode(words);
  const name = document.createElement("span");
  name.className = "mention";
  name.textContent = words;
  return name;
}

// Where a piece of a message is kept out of sight; said in the page's language.
function veil() {
  const cover = document.createElement("span");
  cover.className = "veil";
  cover.textContent = WORDS.veil;
  return cover;
}

// The words of support under a message, as buttons.
function drawReactions(node, counts = {}, mine = []) {
  const template = document.getElementById("felt-template");
  const buttons = Object.entries(WORDS.reactions).filter(([kind]) => counts[kind]).map(([kind, label]) => {
    const button = template.content.cloneNode(true).querySelector("button");
    button.dataset.kind = kind;
    button.setAttribute("aria-pressed", String(mine.includes(kind)));
    slot(button, "label").textContent = label;
    slot(button, "count").textContent = counts[kind];
    return button;
  });
  if (keep(node, "reactions", buttons.length)) slot(node, "reactions").replaceChildren(...buttons);
}

// "19:16 · Sent" under one's own message; before it is stored, its state. "changed" under anybody's.
function drawFoot(node, { seq, at, edited }, mine) {
  if (!keep(node, "sent", mine || edited)) return;
  keep(node, "edited", edited);
  if (keep(node, "stored", mine && seq)) slot(node, "stored-time").textContent = clock(new Date(at));
  keep(node, "state", mine && !seq);
}

function drawTools(node, { seq, state, at }, url) {
  if (!keep(node, "tools", seq && !state)) return;
  const more = slot(node, "more");
  more.href = url;
  more.setAttribute("aria-label", WORDS.more(node.dataset.author, clock(new Date(at))));
}

// Takes a slot away that has no use here. Says whether it stays.
function keep(node, name, wanted) {
  if (!wanted) slot(node, name)?.remove();
  return Boolean(wanted);
}
