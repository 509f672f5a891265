/** The message list by keyboard: one Tab stop; arrows go through it, Enter opens actions, Esc goes back to writing. */

const MOVES = { ArrowUp: -1, ArrowDown: 1 };

/** Wires the keys of a message list. */
export function moveByKeys(list, box) {
  list.log.addEventListener("keydown", (event) => {
    if (event.target.closest("summary, .menu, a, button, input, textarea") && event.key !== "Escape") return;
    const items = list.items();
    const here = items.indexOf(event.target.closest("li.msg"));
    const next = target(event.key, items, here);
    if (next) {
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && here >= 0) {
      event.preventDefault();
      items[here].querySelector(".tools summary, .tools a")?.click();
      items[here].querySelector(".menu button, .tools a")?.focus();
    } else if (event.key === "Escape") {
      box?.focus();
    }
  });
}

function target(key, items, here) {
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (!(key in MOVES)) return null;
  return here < 0 ? items.at(-1) : items[here + MOVES[key]];
}
