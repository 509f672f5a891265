/** What every page does: leaving quickly, menus that close, selects that go, the first error in focus. */

import { letGo } from "./kept.js";
import { listen } from "./leave.js";
import { closeOnEscape } from "./menu.js";

listen(document, window);
closeOnEscape(document);
document.querySelector("[data-focus]")?.focus();
document.querySelectorAll("select[data-go]").forEach((select) => {
  select.addEventListener("change", () => select.form.requestSubmit());
});
document.querySelectorAll("form[data-sign-out]").forEach((form) => {
  form.addEventListener("submit", () => {
    window.sessionStorage.clear();
    letGo(window);
  });
});
navigator.serviceWorker?.register("/sw.js").catch(() => {});
