/** The host's page: each control is a form; here it is sent without leaving the page, and the page follows what others do. */

import { say, sayNow } from "../../community/js/say.js";
import { WORDS } from "./words.js";

const ASK_EVERY_MS = 15000;
const GATHER_MS = 150;

const main = document.getElementById("main");
const here = `${location.pathname}?piece`;
let gathering = 0;
let underWay = 0; // controls that are not answered yet
let line = Promise.resolve(); // one after the other, in the order of the presses

/** The parts of the page, by name: what is fetched replaces them one by one. */
const partsOf = (root) => new Map([...root.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));

const boxesOf = (part) => [...part.querySelectorAll("textarea, input[name='words']")];

/** True when somebody is writing in this part; then it stays as it is. */
function isWrittenIn(part) {
  if ([...part.querySelectorAll("input[type='radio']")].some((one) => one.checked !== one.defaultChecked)) return true;
  return boxesOf(part).some((box) => box.value !== box.defaultValue || (box === document.activeElement && box.value));
}

/** Keeps what is being written in the other boxes of a part, and by which words each of them was begun. */
function carry(old, part, { form, body }) {
  for (const box of boxesOf(old)) {
    const known = box.form === form ? body.get(box.name) : box.defaultValue;
    const next = part.querySelector(`#${CSS.escape(box.id)}`);
    if (!next || box.value === known) continue;
    next.value = box.value;
    if (box.form !== form && box.form.elements.seen) next.form.elements.seen.value = box.form.elements.seen.value;
  }
}

/** Puts the fetched pieces in place. `sent` is the form that was answered: its words are on the server, or in the answer. */
function show(text, sent = null) {
  const fetched = new DOMParser().parseFromString(text, "text/html");
  if (fetched.getElementById("pieces").dataset.inRoom && !main.dataset.room) return location.assign(location.pathname);
  const [now, next] = [partsOf(document), partsOf(fetched)];
  const focused = document.activeElement?.closest("[data-part]") ? handleOf(document.activeElement) : "";
  const open = new Set([...document.querySelectorAll("[data-part] details[open][id]")].map(({ id }) => id));
  for (const [name, part] of now) if (!next.has(name)) part.remove();
  let last = null;
  for (const [name, part] of next) {
    const old = now.get(name);
    if (old && name === sent?.part) carry(old, part, sent);
    else if (old && isWrittenIn(old)) { last = old; continue; }
    part.querySelectorAll("details[id]").forEach((node) => { if (open.has(node.id)) node.open = true; });
    if (old) old.replaceWith(part);
    else if (last && last.dataset.part !== "strip") last.after(part);
    else placeFirst(part);
    last = part;
  }
  if (focused && !document.activeElement?.closest("[data-part]")) document.querySelector(focused)?.focus({ preventScroll: true });
  return undefined;
}

function placeFirst(part) {
  const desk = document.getElementById("desk");
  desk.insertBefore(part, desk.querySelector("[data-part]"));
}

/** A selector that finds the same control again after its part was replaced. */
function handleOf(node) {
  if (node.id) return `#${CSS.escape(node.id)}`;
  const part = `[data-part="${node.closest("[data-part]").dataset.part}"]`;
  const action = node.form?.getAttribute("action");
  return action ? `${part} form[action="${action}"] button` : part;
}

function press(form, button) {
  if (button?.hasAttribute("aria-busy")) return; // a second click of the same press
  button?.setAttribute("aria-busy", "true");
  underWay += 1;
  const body = new FormData(form, button);
  line = line.then(() => send(form, button, body)).finally(() => {
    underWay -= 1;
    button?.removeAttribute("aria-busy");
  });
}

async function send(form, button, body) {
  const address = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action"), location.href);
  address.searchParams.set("piece", "");
  const part = form.closest("[data-part]")?.dataset.part ?? "";
  try {
    const answer = await fetch(address, { method: "POST", body });
    if (answer.redirected || answer.status === 403 && !(await isPiece(answer))) { form.submit(); return; }
    const text = await answer.text();
    if (!text.includes('id="host-strip"')) { location.reload(); return; }
    show(text, { part, form, body });
    const [no, did] = ["host-no", "host-did"].map((id) => document.getElementById(id));
    if (no) sayNow(no.textContent);
    else if (did) say(did.textContent);
  } catch {
    sayNow(WORDS.lost);
  }
}

async function isPiece(answer) {
  return (await answer.clone().text()).includes('id="host-strip"');
}

async function look() {
  if (underWay || document.hidden) return;
  const answer = await fetch(here).catch(() => null);
  if (!answer?.ok || answer.redirected || underWay) return;
  const text = await answer.text();
  if (text.includes('id="host-strip"')) show(text);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-host]");
  if (!form) return;
  event.preventDefault();
  press(form, event.submitter);
});

main.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type !== "live.state" || frame.room !== main.dataset.room) return;
  clearTimeout(gathering);
  gathering = setTimeout(look, GATHER_MS);
});
setInterval(look, ASK_EVERY_MS);
