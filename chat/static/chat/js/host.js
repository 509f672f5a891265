/** The host's page: each control is a form; here it is sent without leaving the page, and the page follows what others do. */

import { say, sayNow } from "../../community/js/say.js";
import { WORDS } from "./words.js";

const ASK_EVERY_MS = 15000;
const GATHER_MS = 150;

const main = document.getElementById("main");
const here = `${location.pathname}?piece`;
let gathering = 0;
let isBusy = false;

/** The parts of the page, by name: what is fetched replaces them one by one. */
const partsOf = (root) => new Map([...root.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));

/** True when somebody is writing in this part; then it stays as it is. */
function isWrittenIn(part) {
  const fields = [...part.querySelectorAll("textarea, input[name='words']")];
  return fields.some((field) => field.value !== field.defaultValue || (field === document.activeElement && field.value));
}

/** Puts the fetched pieces in place. `sent` is the part whose form was taken: its words are on the server now. */
function show(text, sent = "") {
  const fetched = new DOMParser().parseFromString(text, "text/html");
  if (fetched.getElementById("pieces").dataset.inRoom && !main.dataset.room) return location.assign(location.pathname);
  const [now, next] = [partsOf(document), partsOf(fetched)];
  const focused = document.activeElement?.closest("[data-part]") ? handleOf(document.activeElement) : "";
  const open = new Set([...document.querySelectorAll("[data-part] details[open][id]")].map(({ id }) => id));
  for (const [name, part] of now) if (!next.has(name)) part.remove();
  let last = null;
  for (const [name, part] of next) {
    const old = now.get(name);
    if (old && name !== sent && isWrittenIn(old)) { last = old; continue; }
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

async function send(form, button) {
  const address = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action"), location.href);
  address.searchParams.set("piece", "");
  const part = form.closest("[data-part]")?.dataset.part ?? "";
  isBusy = true;
  button?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body: new FormData(form, button) });
    if (answer.redirected || answer.status === 403 && !(await isPiece(answer))) { form.submit(); return; }
    const text = await answer.text();
    if (!text.includes('id="host-strip"')) { location.reload(); return; }
    // What was refused stays in its box; only the strip says why.
    show(text, answer.ok || answer.status === 409 ? part : "");
    const [no, did] = ["host-no", "host-did"].map((id) => document.getElementById(id));
    if (no) sayNow(no.textContent);
    else if (did) say(did.textContent);
  } catch {
    sayNow(WORDS.lost);
  } finally {
    isBusy = false;
    button?.removeAttribute("aria-busy");
  }
}

async function isPiece(answer) {
  return (await answer.clone().text()).includes('id="host-strip"');
}

async function look() {
  if (isBusy || document.hidden) return;
  const answer = await fetch(here).catch(() => null);
  if (!answer?.ok || answer.redirected || isBusy) return;
  const text = await answer.text();
  if (text.includes('id="host-strip"')) show(text);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-host]");
  if (!form) return;
  event.preventDefault();
  if (!isBusy) send(form, event.submitter);
});

main.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type !== "live.state" || frame.room !== main.dataset.room) return;
  clearTimeout(gathering);
  gathering = setTimeout(look, GATHER_MS);
});
setInterval(look, ASK_EVERY_MS);
