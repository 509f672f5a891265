/** The message list by keyboard: one Tab stop; arrows go through it, Enter opens actions, Esc goes back to writing. */

const MOVES = { ArrowUp: -1, ArrowDown: 1 };
// What stands beside a message has Tab stops of its own.
const CONTROLS = ":is(a[href], button, summary):not(.beside *)";

/** Wires the keys of a message list. */
export function moveByKeys(list, box) {
  oneTabStop(list);
  list.log.addEventListener("keydown", (event) => {
    const item = event.target.closest("li.msg");
    const control = event.target.closest("summary, .menu, a, button, select");
    if (event.key === "Escape") goBack(event, control && item, box);
    else if (control) moveInMenu(event);
    else move(event, list, item);
  });
}

// Esc: from a control to its message, from there to the box. An open menu closes by itself first.
function goBack(event, item, box) {
  if (event.target.closest("details.menu[open]")) return;
  event.preventDefault();
  (item ?? box)?.focus();
}

function move(event, list, item) {
  const items = list.items();
  const here = items.indexOf(item);
  const next = target(event.key, items, here);
  if (next) {
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  } else if (here >= 0 && (event.key === "Enter" || event.key === inlineEnd())) {
    event.preventDefault();
    item.querySelector(".tools__more")?.click();
  }
}

function target(key, items, here) {
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (!(key in MOVES)) return null;
  return here < 0 ? items.at(-1) : items[here + MOVES[key]];
}

function inlineEnd() {
  return document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
}

function moveInMenu(event) {
  const menu = event.target.closest("details.menu[open]");
  if (!menu || !(event.key in MOVES)) return;
  event.preventDefault();
  const choices = [...menu.querySelectorAll(".menu__list :is(a, button)")];
  const here = choices.indexOf(event.target);
  choices.at((here + MOVES[event.key]) % choices.length)?.focus();
}

// Only what is inside the message in focus can be reached with Tab; everything else by arrows first.
function oneTabStop(list) {
  let current = null;
  const reach = (node, can) => node?.querySelectorAll(CONTROLS).forEach((one) => { one.tabIndex = can ? 0 : -1; });
  list.items().forEach((item) => reach(item, false));
  list.log.addEventListener("focusin", (event) => {
    const item = event.target.closest("li.msg");
    if (item === current) return;
    reach(current, false);
    reach(item, true);
    current = item;
  });
  new MutationObserver((changes) => {
    const touched = new Set(changes.map(({ target: place }) => place.closest("li.msg")).filter(Boolean));
    changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => node.matches?.("li.msg") && touched.add(node)));
    touched.forEach((item) => reach(item, item === current || "pending" in item.dataset));
  }).observe(list.list, { childList: true, subtree: true });
}
