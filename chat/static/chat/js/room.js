/** A room's page: joins the socket, the outbox, the timeline and what is drawn. */

import { say } from "../../community/js/say.js";
import { offerActions } from "./actions.js";
import { Announcer } from "./announce.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { moveByKeys } from "./keys.js";
import { MessageList } from "./list.js";
import { TitleCount } from "./notify.js";
import { Outbox } from "./outbox.js";
import * as protocol from "./protocol.js";
import { Line, stateNodes } from "./status.js";
import { Timeline } from "./timeline.js";
import { WORDS } from "./words.js";

const READ_EVERY_MS = 2000;
const POLL_MS = 20000;

const main = document.getElementById("main");
const { room, me, socket: socketPath, history, messageUrl, reportUrl, signIn } = main.dataset;
const form = document.getElementById("composer");
const line = new Line(document.getElementById("line"), signIn);
const title = new TitleCount(document);
const announcer = new Announcer(document.getElementById("say-chat"), { mode: document.documentElement.dataset.spoken });

let refs = 0;
const answers = new Map();
let readAt = 0;
let polling = 0;

const list = new MessageList({
  log: document.getElementById("log"),
  list: document.getElementById("messages"),
  template: document.getElementById("message-template"),
  below: document.getElementById("below"),
  view: { me, messageUrl },
  onSeen: () => seen(),
});

const timeline = new Timeline({
  seq: Number(main.dataset.top),
  revision: Number(main.dataset.revision),
  on: {
    upsert: (entry, isNew) => {
      list.upsert(entry, isNew);
      if (isNew && entry.author?.name !== me) arrived(entry);
    },
    remove: (seq) => list.remove(seq),
    reset: (entries) => list.reset(entries),
    behind: () => enter(),
    mayTrim: () => list.isAtEnd,
  },
});

const connection = new Connection(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${socketPath}`, {
  frame: (frame) => hear(frame),
  open: () => {
    clearInterval(polling);
    enter();
  },
  closed: (how) => closed(how),
  shown: () => ({ positions: { [room]: timeline.seq }, revisions: { [room]: timeline.revision } }),
});

const outbox = new Outbox({
  send: (message) => command((ref) => protocol.postMessage(ref, message), (answer) => {
    if (answer.type === "ack") outbox.stored(message.id, answer);
    else outbox.refused(message.id, answer);
  }),
  changed: (message) => {
    if (message.state === "sent") {
      list.dropPending(message.id);
      say(WORDS.sent);
    } else {
      list.showPending(message, stateNodes(message, { again: () => outbox.resume(), back: putBack, copy: copyWords }));
    }
  },
});

const composer = form && new Composer(form, {
  room,
  on: {
    send: ({ body, headsUp, replyTo, quote }) => outbox.add({ id: crypto.randomUUID(), room, body, headsUp, replyTo, quote }),
    change: (seq, body) => order((ref) => protocol.editMessage(ref, room, seq, body)),
    lastOwn: () => lastOwn(),
  },
});

function command(make, then) {
  refs += 1;
  if (!connection.send(make(refs))) return false;
  answers.set(refs, then);
  return true;
}

function order(make) {
  const sent = command(make, (answer) => answer.type === "refused" && line.show(answer.detail));
  if (!sent) line.show(WORDS.offline);
}

function enter() {
  command((ref) => protocol.enterRoom(ref, room, timeline.position), (answer) => {
    if (answer.type === "refused") {
      line.show(answer.code === "not-here" ? WORDS.removed : answer.detail);
      return;
    }
    line.online(answer.missed);
    present(answer.count);
    outbox.resume();
  });
}

const hearing = {
  ack: (frame) => settle(frame),
  refused: (frame) => settle(frame),
  "room.entered": (frame) => settle(frame),
  messages: (frame) => {
    timeline.messages(frame);
    frame.messages.forEach((entry) => outbox.stored(entry.id, entry));
  },
  changes: (frame) => timeline.changes(frame),
  resync: () => resync(),
  presence: (frame) => present(frame.count ?? 0),
  "room.removed": () => line.show(WORDS.removed),
};

function hear(frame) {
  if (!frame.room || frame.room === room) hearing[frame.type]?.(frame);
}

function settle(frame) {
  const then = answers.get(frame.ref);
  answers.delete(frame.ref);
  then?.(frame);
}

function closed(how) {
  answers.clear();
  outbox.interrupted();
  line.lost(how);
  clearInterval(polling);
  if (!how.stays) polling = setInterval(() => poll(), POLL_MS);
}

async function page(query) {
  const answer = await fetch(`${history}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function resync() {
  timeline.reset(await page({}));
  enter();
}

async function poll() {
  if (connection.isReady) return;
  const found = await page({ after: timeline.seq }).catch(() => null);
  if (found) timeline.messages({ prev: timeline.seq, messages: found.messages });
}

function arrived(entry) {
  announcer.arrived(entry);
  title.add();
}

function seen() {
  if (document.hidden || !list.isAtEnd || timeline.seq <= readAt) return;
  clearTimeout(seen.wait);
  seen.wait = setTimeout(() => {
    if (document.hidden || timeline.seq <= readAt) return;
    if (connection.send(protocol.read(room, timeline.seq))) readAt = timeline.seq;
  }, READ_EVERY_MS);
}

function present(count) {
  const place = document.getElementById("presence");
  if (place && count > 0) place.textContent = WORDS.present(count);
}

function putBack(message) {
  outbox.take(message.id);
  list.dropPending(message.id);
  composer?.putBack(message.body);
}

function copyWords(words) {
  navigator.clipboard?.writeText(words).then(() => say(WORDS.copied));
}

function lastOwn() {
  const node = list.items().reverse().find((one) => one.dataset.mine && Date.now() - new Date(one.dataset.at) < 15 * 60 * 1000);
  return node ? { seq: Number(node.dataset.seq), body: list.wordsOf(node) } : null;
}

function respond(seq, kind) {
  const entry = timeline.entries.get(seq);
  const on = !entry?.mine?.includes(kind);
  command((ref) => protocol.react(ref, room, seq, kind, on), (answer) => {
    if (answer.type === "refused") {
      line.show(answer.detail);
      return;
    }
    const mine = (timeline.entries.get(seq)?.mine ?? []).filter((one) => one !== kind);
    Object.assign(timeline.entries.get(seq) ?? {}, { mine: on ? [...mine, kind] : mine });
    list.find(seq)?.querySelector(`[data-kind="${kind}"]`)?.setAttribute("aria-pressed", String(on));
  }) || line.show(WORDS.offline);
}

async function earlier(event) {
  event.preventDefault();
  const link = event.currentTarget;
  const words = link.textContent;
  link.textContent = WORDS.gettingEarlier;
  try {
    const found = await page({ before: Math.min(timeline.oldest, timeline.seq + 1) });
    timeline.adopt(found.messages);
    list.prepend(found.messages.filter((entry) => entry.state !== "withdrawn"));
    link.parentElement.hidden = !found.more_before;
    link.textContent = words;
  } catch {
    link.textContent = WORDS.earlierFailed;
  }
}

timeline.adopt(list.adopt());
moveByKeys(list, composer?.box);
offerActions(list, {
  me, reportUrl, messageUrl,
  act: {
    respond,
    reply: (node) => composer?.reply(Number(node.dataset.seq), node.dataset.author, list.wordsOf(node)),
    copy: (node) => copyWords(list.wordsOf(node)),
    change: (node) => composer?.change({ seq: Number(node.dataset.seq), body: list.wordsOf(node) }),
    takeBack: (seq) => order((ref) => protocol.withdrawMessage(ref, room, seq)),
  },
});
list.list.addEventListener("click", (event) => {
  const button = event.target.closest(".felt [data-kind]");
  if (!button) return;
  event.preventDefault();
  respond(Number(button.closest("li.msg").dataset.seq), button.dataset.kind);
});
document.getElementById("earlier")?.addEventListener("click", earlier);
window.addEventListener("leaving", () => connection.end());
window.addEventListener("online", () => connection.hurry());
window.addEventListener("pageshow", (event) => event.persisted && connection.open());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  connection.hurry();
  seen();
});
window.addEventListener("beforeunload", (event) => {
  if (outbox.hasUnsent && !connection.isEnded) event.preventDefault();
});
if (!main.dataset.moreAfter) connection.open();
(location.hash ? document.querySelector(location.hash) : document.getElementById("new"))?.scrollIntoView({ block: "center" });
if (!location.hash && !document.getElementById("new")) list.toEnd();
