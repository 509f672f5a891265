/** What can be done about a message: a small menu in place of the link to the message's own page. */

import { slot } from "./draw.js";
import { WORDS } from "./words.js";

const EDITABLE_MS = 15 * 60 * 1000;
const EDGE_PX = 8;

/**
 * Offers the menu of each message on demand, and "Respond" and "Reply" beside the message under the pointer or in focus.
 * `act` has respond, reply, copy, change, takeBack.
 */
export function offerActions(list, context) {
  list.list.addEventListener("click", (event) => {
    const quick = event.target.closest("[data-quick]");
    const more = event.target.closest("a.tools__more");
    const node = event.target.closest("li.msg");
    if (!node || !(quick || more)) return;
    event.preventDefault();
    if (quick?.dataset.quick === "reply") context.act.reply(node);
    else openMenu(list.log, node, quick ? responses(node, context) : choices(node, context));
  });
  if (window.matchMedia("(hover: hover) and (min-width: 62em)").matches) dressOnApproach(list.list);
}

function dressOnApproach(place) {
  const template = document.getElementById("quick-template");
  let dressed = [];
  const dress = (event) => {
    const tools = event.target.closest?.("li.msg") && slot(event.target.closest("li.msg"), "tools");
    if (!tools || tools.contains(dressed[0]) || tools.querySelector("details")) return;
    dressed.filter((one) => one !== document.activeElement).forEach((one) => one.remove());
    dressed = [...template.content.cloneNode(true).children];
    tools.prepend(...dressed);
  };
  place.addEventListener("pointerover", dress);
  place.addEventListener("focusin", dress);
}

function openMenu(log, node, offered) {
  const more = slot(node, "more");
  if (!more) return;
  const menu = build(more, offered);
  more.replaceWith(menu);
  const closed = () => {
    if (menu.open || !menu.isConnected) return;
    const hadFocus = menu.contains(document.activeElement);
    menu.replaceWith(more);
    if (hadFocus) more.focus();
  };
  // `toggle` comes some time after closing, and the next key may be faster.
  ["toggle", "escaped"].forEach((event) => menu.addEventListener(event, closed));
  menu.open = true;
  const items = menu.lastElementChild;
  const { bottom, height, top } = items.getBoundingClientRect();
  const view = log.getBoundingClientRect();
  if (bottom > view.bottom - EDGE_PX && top - height > view.top) items.classList.add("menu__list--over");
  items.querySelector("button, a").focus();
}

function build(more, offered) {
  const menu = document.createElement("details");
  menu.className = "menu tools__menu";
  const summary = document.createElement("summary");
  summary.className = "tools__more";
  summary.setAttribute("aria-label", more.getAttribute("aria-label"));
  summary.append(...[...more.childNodes].map((child) => child.cloneNode(true)));
  const items = document.createElement("div");
  items.className = "menu__list";
  items.append(...offered.map(([words, then]) => item(words, then, menu, summary)));
  menu.append(summary, items);
  return menu;
}

function item(words, then, menu, summary) {
  const node = document.createElement(typeof then === "string" ? "a" : "button");
  node.textContent = words;
  if (typeof then === "string") {
    node.href = then;
    return node;
  }
  node.type = "button";
  node.addEventListener("click", () => {
    summary.focus();
    menu.open = false;
    then();
  });
  return node;
}

function responses(node, { act }) {
  return Object.entries(WORDS.reactions).map(([kind, label]) => [label, () => act.respond(Number(node.dataset.seq), kind)]);
}

function choices(node, context) {
  const { act, reportUrl, messageUrl } = context;
  const { seq, at, mine } = node.dataset;
  const isFresh = Date.now() - new Date(at) < EDITABLE_MS;
  const itsOwn = (url) => url.replace("/0/", `/${seq}/`);
  const both = [[WORDS.reply, () => act.reply(node)], [WORDS.copy, () => act.copy(node)]];
  if (!mine) return [...responses(node, context), ...both, [WORDS.report, itsOwn(reportUrl)], [WORDS.muteOrBlock, itsOwn(messageUrl)]];
  const change = [WORDS.changeMessage, () => act.change(node)];
  return [...both, ...(isFresh ? [change] : []), [WORDS.headsUp, itsOwn(messageUrl)], [WORDS.takeBack, () => act.takeBack(Number(seq))]];
}
