/** What can be done about a message: a small menu in place of the link to the message's own page. */

import { slot } from "./draw.js";
import { WORDS } from "./words.js";

const EDITABLE_MS = 15 * 60 * 1000;

/** Opens the menu of a message on demand; `act` has respond, reply, copy, change, takeBack. */
export function offerActions(list, { act, me, reportUrl, messageUrl }) {
  list.list.addEventListener("click", (event) => {
    const more = event.target.closest("a.tools__more");
    const node = more?.closest("li.msg");
    if (!node || node.dataset.pending) return;
    event.preventDefault();
    const menu = build(node, { act, me, reportUrl, messageUrl });
    more.replaceWith(menu);
    menu.open = true;
    menu.querySelector("button, a.menu__item")?.focus();
    menu.addEventListener("toggle", () => !menu.open && menu.isConnected && menu.replaceWith(more));
  });
}

function build(node, context) {
  const menu = document.createElement("details");
  menu.className = "menu tools__menu";
  const summary = document.createElement("summary");
  summary.className = "tools__more";
  summary.setAttribute("aria-label", slot(node, "tools").querySelector("a").getAttribute("aria-label"));
  summary.append(...[...slot(node, "tools").querySelector("a").childNodes].map((child) => child.cloneNode(true)));
  const items = document.createElement("div");
  items.className = "menu__list";
  items.append(...choices(node, context).map(([words, then]) => item(words, then, menu, summary)));
  menu.append(summary, items);
  return menu;
}

function item(words, then, menu, summary) {
  if (typeof then === "string") {
    const link = document.createElement("a");
    link.className = "menu__item";
    link.href = then;
    link.textContent = words;
    return link;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.addEventListener("click", () => {
    summary.focus();
    menu.open = false;
    then();
  });
  return button;
}

function choices(node, { act, me, reportUrl, messageUrl }) {
  const { seq, author, at } = node.dataset;
  const own = author === me;
  const fresh = Date.now() - new Date(at) < EDITABLE_MS;
  const at0 = (url) => url.replace("/0/", `/${seq}/`);
  const reactions = Object.entries(WORDS.reactions).map(([kind, label]) => [label, () => act.respond(Number(seq), kind)]);
  return [
    ...reactions,
    [WORDS.reply, () => act.reply(node)],
    [WORDS.copy, () => act.copy(node)],
    ...(own && fresh ? [[WORDS.changeMessage, () => act.change(node)]] : []),
    ...(own ? [[WORDS.headsUp, at0(messageUrl)], [WORDS.takeBack, () => act.takeBack(Number(seq))]] : []),
    ...(own ? [] : [[WORDS.report, at0(reportUrl)]]),
  ];
}
