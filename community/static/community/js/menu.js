/** Menus are <details class="menu">: they close on Esc ("escaped"), giving focus back, and on a press outside. */

/** Wires every menu of the page, also those added later. */
export function closeOnEscape(document) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest?.("details.menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
    open.dispatchEvent(new Event("escaped"));
    event.stopPropagation();
  });
  // Before anybody else hears of the press, so that a menu which it opens stays open.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }, true);
}
