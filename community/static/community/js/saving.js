/** Saving an entry in place. Without scripts the same buttons send a form. */

import { say, sayNow } from "./say.js";

/** Wires every save button of the page. */
export function wireSaving(document) {
  const form = document.querySelector("[data-save-form]");
  if (!form) return;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-save]")) return;
    event.preventDefault();
    press(form, button);
  });
}

async function press(form, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const isWanted = button.value === "on";
  const isDone = await send(button.formAction, form, { save: button.value });
  if (isDone) show(button, isWanted);
  (isDone ? say : sayNow)(form.dataset[isDone ? (isWanted ? "saved" : "out") : "lost"]);
  button.removeAttribute("aria-disabled");
}

function show(button, isOn) {
  button.classList.toggle("on", isOn);
  button.setAttribute("aria-pressed", String(isOn));
  button.value = isOn ? "off" : "on";
  button.querySelectorAll("[data-says-on]").forEach((one) => { one.hidden = !isOn; });
  button.querySelectorAll("[data-says-off]").forEach((one) => { one.hidden = isOn; });
}

/** Posts the fields of a form with some more; true when the server did it. */
export async function send(url, form, more = {}) {
  const body = new FormData(form);
  Object.entries(more).forEach(([name, value]) => body.set(name, value));
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" }).catch(() => null);
  return Boolean(answer?.ok);
}
