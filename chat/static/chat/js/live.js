/** The page of a live chat, beside what every room does: follows how the chat stands, without loading anew. */

import { say } from "../../community/js/say.js";
import { clock } from "./draw.js";
import { boxOf, isLate, isOlder, minutesLeft, newsOf, ON, progress, restingSeconds, ServerClock } from "./live_clock.js";
import "./live_leaving.js";
import { WORDS } from "./words.js";

const LOOK_EVERY_MS = 5000;
const SILENT_MS = 60000; // no frame for so long: the socket is away, and the page asks over HTTP
const words = WORDS.live;
const main = document.getElementById("main");
const log = document.getElementById("log");
const form = document.getElementById("composer");
const line = document.getElementById("live-line");
const leads = Boolean(main.dataset.leads);
const server = new ServerClock(main.dataset.now);
const at = (id) => document.getElementById(id);

let shown = JSON.parse(at("live-state").textContent);
let box = ""; // what the box and the line above it show
let heardAt = Date.now();

main.addEventListener("frame", ({ detail: frame }) => {
  heardAt = Date.now();
  frame.messages?.forEach((entry) => server.heard(entry.at));
  if (frame.type === "ack") server.heard(frame.at);
  if (frame.type === "live.state" && frame.room === main.dataset.room) hear(frame);
});

function hear(frame) {
  if (isOlder(frame, shown)) return;
  const news = newsOf(shown, frame);
  const before = shown;
  shown = frame;
  if (!form && mayWriteNow(before, frame)) location.reload(); // no box on this page: nothing is lost
  keepingEnd(() => {
    if (news.state || frame.closes_at !== before.closes_at || frame.starts_at !== before.starts_at) showState();
    showPrompt(frame.prompt);
    showSoFar(frame, before);
    showAway(frame);
    showCarers(frame.led_by ?? [], before.led_by);
    showSlow(frame.slow_seconds ?? 0);
    look();
  });
  if (news.asks) say(words.asks(news.asks.by, news.asks.text));
  else if (words.said[news.state]) say(words.said[news.state]);
}

function mayWriteNow(before, frame) {
  return (ON.has(frame.state) && !ON.has(before.state)) || (before.guarded && !frame.guarded);
}

// Whoever reads at the end stays there when something is put below it.
function keepingEnd(change) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  change();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

function showState() {
  main.dataset.state = shown.state;
  at("live-words").textContent = words.state(shown.state, clock(new Date(shown.starts_at)), clock(new Date(shown.closes_at)));
  at("leave-chat").hidden = shown.state === "ended" || shown.state === "cancelled";
  document.querySelector(".bar .win")?.classList.toggle("lit", ON.has(shown.state));
}

function showPrompt(prompt) {
  const place = at("asks");
  place.hidden = !prompt;
  if (!prompt) return;
  const [pebble, by, text] = place.children;
  pebble.className = `pebble p${prompt.pebble || 6}`;
  pebble.textContent = [...prompt.by][0]?.toUpperCase() ?? "";
  by.textContent = words.askedBy(prompt.by);
  text.textContent = prompt.text;
}

function showSoFar(frame, before) {
  at("so-far").hidden = !frame.so_far;
  if (!frame.so_far || (frame.so_far === before.so_far && frame.so_far_at === before.so_far_at)) return;
  const host = frame.led_by?.find(({ role }) => role === "host");
  at("so-far").querySelector('[data-slot="words"]').textContent = frame.so_far;
  at("so-far").querySelector('[data-slot="by"]').textContent = words.writtenBy(host?.name, clock(new Date(frame.so_far_at)));
}

// Who leads it has lost their line.
function showAway({ away, here }) {
  const place = at("live-away");
  const text = away ? words.away(away, here) : "";
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}

function showCarers(carers, known = []) {
  if (JSON.stringify(carers) === JSON.stringify(known)) return;
  const template = at("carer-template");
  template.parentElement.querySelectorAll(":scope > p").forEach((node) => node.remove());
  carers.forEach(({ name, pebble, role }) => {
    const node = template.content.firstElementChild.cloneNode(true);
    node.firstElementChild.classList.add(`p${pebble}`);
    node.firstElementChild.textContent = [...name][0].toUpperCase();
    node.querySelector("bdi").textContent = name;
    node.querySelector(".small").textContent = words.roles[role];
    template.before(node);
  });
}

function showSlow(seconds) {
  if (Number(main.dataset.slow) === seconds) return;
  main.dataset.slow = seconds;
  const help = at("wh");
  if (help) help.textContent = seconds ? words.slow(seconds) : words.everyone;
}

/** What the clock changes: minutes left, the line ten minutes before the end, the end of a rest. */
function look() {
  const { time } = server;
  const { max, value } = progress(shown, time);
  Object.assign(at("progress"), { max, value });
  at("progress").setAttribute("aria-label", words.done(value, max));
  at("left").textContent = words.left(shown.state, minutesLeft(shown, time), clock(new Date(shown.starts_at)));
  if (isLate(shown, time) && !at("ten")) keepingEnd(sayTen);
  showBox(boxOf(shown, { leads, time }), restingSeconds(shown, time));
}

function sayTen() {
  const mark = document.createElement("li");
  mark.className = "mark";
  mark.id = "ten";
  mark.append(document.createElement("h2"));
  mark.firstChild.textContent = words.ten;
  at("messages").insertBefore(mark, at("messages").querySelector("[data-pending]"));
  say(words.ten);
}

function showBox(mode, seconds) {
  if (!form) return;
  const keeps = Boolean(form.elements.namedItem("body").value);
  const told = `${mode} ${mode === "writes" || mode === "rests" ? "" : shown.starts_at + keeps}`;
  const isNew = told !== box;
  box = told;
  form.toggleAttribute("data-rests", mode !== "writes");
  form.elements.namedItem("body").readOnly = mode === "over";
  form.querySelector(".send").setAttribute("aria-disabled", String(mode !== "writes"));
  form.hidden = mode === "over" && !keeps;
  if (mode === "rests") showRest(seconds, isNew);
  else if (isNew) showLine(mode, keeps);
}

// The sentence is read aloud once; the seconds are only shown.
function showRest(seconds, isNew) {
  if (isNew || !line.lastElementChild) line.replaceChildren(part("sr", words.rest), part("", ""));
  line.lastElementChild.setAttribute("aria-hidden", "true");
  line.lastElementChild.textContent = words.resting(seconds);
  line.hidden = false;
}

function showLine(mode, keeps) {
  line.hidden = mode === "writes";
  if (mode === "writes") return;
  line.replaceChildren(part("", words.closed(shown.state, clock(new Date(shown.starts_at)), keeps)));
  if (mode === "over" && keeps) line.append(copyButton());
}

function copyButton() {
  const button = part("btn btn-quiet btn-s", WORDS.copy, "button");
  button.type = "button";
  button.addEventListener("click", () => {
    navigator.clipboard?.writeText(form.elements.namedItem("body").value).then(() => say(WORDS.copied)).catch(() => {});
  });
  return button;
}

function part(kind, text, tag = "span") {
  const node = document.createElement(tag);
  node.className = kind;
  node.textContent = text;
  return node;
}

async function ask() {
  if (document.hidden || Date.now() - heardAt < SILENT_MS) return;
  const answer = await fetch(main.dataset.liveUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) hear(await answer.json());
}

look();
setInterval(look, LOOK_EVERY_MS);
setInterval(ask, SILENT_MS / 2 + Math.random() * LOOK_EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || look());
