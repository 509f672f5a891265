/** A story: a word of support and keeping it in place, and passing its link on. Without it the same buttons send forms. */

import { say, sayNow } from "./say.js";
import { send, wireSaving } from "./saving.js";
import { wireSharing } from "./share.js";

wireSaving(document);
wireSharing(document);

document.querySelector("[data-say-form]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const pressed = event.submitter;
  if (!(await send(form.action, form, { kind: pressed.value }))) return sayNow(form.dataset.lost);
  const isOn = pressed.getAttribute("aria-pressed") !== "true";
  form.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(isOn && one === pressed)));
  const menu = form.closest("details");
  const summary = menu.querySelector("summary");
  const word = summary.querySelector("[data-word]");
  word.textContent = isOn ? pressed.firstChild.textContent.trim() : word.dataset.none;
  summary.classList.toggle("on", isOn);
  menu.open = false;
  summary.focus();
  return say(word.textContent);
});
