/** The page of the safety plan: printing, and the switch that keeps it on this device. All else works without. */

import { canKeep, isKept, keep, letGo, PLAN } from "./kept.js";
import { say } from "./say.js";

const print = document.querySelector("[data-print]");
const section = document.getElementById("keep");

if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

if (section && canKeep(window)) {
  const button = section.querySelector("[data-switch]");
  button.addEventListener("click", () => turn(button));
  show(button, await isKept(window));
  section.hidden = false;
}

async function turn(button) {
  if (button.disabled) return;
  button.disabled = true;
  const wanted = button.getAttribute("aria-checked") !== "true";
  const isDone = wanted ? await keepHere() : await letGoEverywhere();
  show(button, await isKept(window));
  tell(isDone ? (wanted ? "kept" : "gone") : "failed");
  button.disabled = false;
  button.focus();
}

// The server gives the page to devices only once its member said so.
async function keepHere() {
  await navigator.serviceWorker.ready;
  return (await ask("on")) && keep(window, section.dataset.offline);
}

async function letGoEverywhere() {
  await letGo(window, PLAN);
  return ask("off");
}

async function ask(value) {
  const form = section.querySelector("form");
  const body = new FormData(form);
  body.set("keep", value);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  return Boolean(answer?.ok);
}

function show(button, isOn) {
  button.setAttribute("aria-checked", String(isOn));
  button.querySelector("[data-on]").hidden = !isOn;
  button.querySelector("[data-off]").hidden = isOn;
}

function tell(what) {
  const place = section.querySelector("[data-says]");
  place.textContent = place.dataset[what];
  place.classList.toggle("says--no", what === "failed");
  say(place.textContent);
}
