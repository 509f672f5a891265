/** Writing a story: kept every 10 s, looked at as readers will see it. Without a script the buttons do the same. */

import { say, sayNow } from "./say.js";

const KEEP_EVERY_MS = 10_000;
const LOOK_AFTER_MS = 600;
const SAY_EVERY_MS = 60_000;

const form = document.querySelector("[data-write]");
const state = document.querySelector("[data-state]");
const place = document.getElementById("look");
let kept = written();
let savedAt = state.textContent.trim() ? state.textContent.trim().split(" ").pop() : "";
let underWay = null; // the keeping that is not answered yet
let isLate = false; // another version was kept: nothing is sent before its writer has seen both
let lookTimer = 0;
let lastLook = null;
let saidAt = 0;

/** What is in the form, in one string: to know whether something changed. */
function written() {
  const body = new FormData(form);
  body.delete("version");
  return JSON.stringify([...body].filter(([, value]) => typeof value === "string"));
}

function words() {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
  return body;
}

const isEmpty = () => !form.elements.title.value.trim() && !form.elements.body.value.trim();
const over = () => form.elements.body.value.length - Number(form.dataset.limit);

async function keep() {
  const now = written();
  if (underWay || isLate || now === kept || isEmpty()) return underWay;
  if (over() > 0) return failed(`${over()} ${state.dataset.over}`);
  underWay = send(now).finally(() => { underWay = null; });
  return underWay;
}

async function send(now) {
  const body = words();
  body.set("do", "keep");
  const headers = { Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", body, headers, redirect: "error" }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.status === 409) return late();
  if (!answer?.ok || !said) return failed(said?.error ?? "");
  kept = now;
  savedAt = said.at;
  form.elements.version.value = said.version;
  form.action = said.url;
  if (location.pathname !== said.url) history.replaceState(null, "", said.url);
  return show(`${state.dataset.saved} ${said.at}`);
}

function show(sentence, isNo = false) {
  state.textContent = sentence;
  state.classList.toggle("form-error", isNo);
  if (Date.now() - saidAt < SAY_EVERY_MS && !isNo) return;
  if (isNo && state.dataset.last === sentence) return;
  saidAt = Date.now();
  state.dataset.last = isNo ? sentence : "";
  (isNo ? sayNow : say)(sentence);
}

function failed(why) {
  const since = savedAt ? `${state.dataset.not} ${savedAt}` : state.dataset.never;
  show(why ? `${since}: ${why}` : since, true);
}

function late() {
  isLate = true;
  form.querySelector("[data-late]").hidden = false;
  failed("");
}

async function look() {
  const now = written();
  if (now === lastLook || over() > 0) return;
  lastLook = now;
  const answer = await fetch(form.dataset.preview, { method: "POST", body: words() }).catch(() => null);
  const piece = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-look]");
  if (!piece || lastLook !== now) return;
  place.querySelector("[data-look]").replaceWith(piece);
  place.hidden = false;
}

form.addEventListener("input", () => {
  clearTimeout(lookTimer);
  lookTimer = setTimeout(look, LOOK_AFTER_MS);
});

// A press waits for the keeping that is under way: the same story is not begun twice, and no press is too late.
form.addEventListener("submit", (event) => {
  if (!underWay) return leave();
  event.preventDefault();
  const { submitter } = event;
  return underWay.then(() => form.requestSubmit(submitter));
});

function leave() {
  kept = written();
}

addEventListener("beforeunload", (event) => {
  if (written() !== kept && !isEmpty()) event.preventDefault();
});
document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
setInterval(keep, KEEP_EVERY_MS);
if (!isEmpty()) look();
