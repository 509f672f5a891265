/** What one saved: notes and taking out in place, with Undo; and the switch that keeps entries on this device. */

import { canKeep, isKept, keep, letGo, SAVED } from "./kept.js";
import { say, sayNow } from "./say.js";
import { send } from "./saving.js";

const page = document.querySelector("[data-offline]");
const undo = page.querySelector("[data-undo]");
let taken = null;

page.addEventListener("submit", (event) => {
  const form = event.target;
  const act = [["data-note-form", keepNote], ["data-out-form", takeOut], ["data-undo", putBack]].find(([name]) => form.hasAttribute(name));
  if (!act) return;
  event.preventDefault();
  act[1](form);
});

async function keepNote(form) {
  const isDone = await send(form.action, form);
  (isDone ? say : sayNow)(form.dataset[isDone ? "saved" : "lost"]);
  if (!isDone) return;
  const box = form.querySelector("[name=note]");
  box.defaultValue = box.value;
  await refresh();
}

async function takeOut(form) {
  const card = form.closest("li");
  if (!(await send(form.action, form))) return sayNow(undo.dataset.lost);
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const keeps = card.querySelector("[data-switch]")?.dataset.asked === "on";
  taken = { form, card, before: card.nextElementSibling, list: card.parentElement, keeps, note: card.querySelector("[name=note]").defaultValue };
  card.remove();
  undo.querySelector("[data-undo-words]").textContent = undo.dataset.words;
  undo.hidden = !card.querySelector("h3 a"); // what was withdrawn can't be put back
  say(undo.dataset.words);
  counted(taken.list, -1);
  (undo.hidden ? next?.querySelector("a, input") : undo.querySelector("button"))?.focus();
  return refresh();
}

async function putBack() {
  const { form, card, before, list, keeps, note } = taken;
  const more = { save: "on", note, ...(keeps ? { keeps: "on" } : {}) };
  if (!(await send(form.dataset.back ?? form.action, form, more))) return sayNow(undo.dataset.lost);
  list.insertBefore(card, before?.isConnected ? before : null);
  undo.hidden = true;
  say(undo.dataset.back);
  counted(list, 1);
  card.querySelector("a")?.focus();
  return refresh();
}

function counted(list, more) {
  const count = list.closest("section").querySelector("[data-count]");
  if (count) count.textContent = Number(count.textContent) + more;
}

// --- On this device ---

const switches = [...page.querySelectorAll("[data-switch]")];

if (switches.length && canKeep(window)) {
  await show();
  page.querySelectorAll("[data-keep], [data-how]").forEach((one) => { one.hidden = false; });
  switches.forEach((button) => button.addEventListener("click", () => turn(button)));
}

async function turn(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const wanted = button.getAttribute("aria-checked") !== "true";
  const form = button.closest("form");
  if (wanted) await navigator.serviceWorker.ready;
  const isDone = await send(form.action, form, { keep: wanted ? "on" : "off" });
  if (isDone) button.dataset.asked = wanted ? "on" : "off";
  const isHere = isDone && (wanted ? await keep(window, page.dataset.offline, SAVED) : await refresh());
  if (!isDone || (wanted && !isHere)) sayNow(undo.dataset.lost);
  await show();
  button.removeAttribute("aria-disabled");
}

// The copy on this device holds what is asked for, no more; nothing asked for, nothing kept.
async function refresh() {
  if (!canKeep(window) || !(await isKept(window, SAVED))) return true;
  return (await keep(window, page.dataset.offline, SAVED)) || true; // refused when nothing is asked for, and then gone
}

async function show() {
  const isHere = await isKept(window, SAVED);
  switches.forEach((one) => one.setAttribute("aria-checked", String(isHere && one.dataset.asked === "on")));
}
