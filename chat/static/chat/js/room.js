/** A room's page: joins the line, the visit, the box and what is drawn. */

import { say } from "../../community/js/say.js";
import { offerActions } from "./actions.js";
import { Announcer } from "./announce.js";
import { answerInPlace, Beside, InPlace, parsePiece } from "./beside.js";
import { Composer } from "./composer.js";
import { Connection, socketAt } from "./connection.js";
import { Flow } from "./flow.js";
import { foldingOf } from "./fold.js";
import "./guard.js";
import { moveByKeys } from "./keys.js";
import { MessageList } from "./list.js";
import { hearNotices, showDot, showTotals, TitleCount } from "./notify.js";
import { KEEPS_WORDS } from "./protocol.js";
import { Line, stateNodes } from "./status.js";
import { Unread } from "./unread.js";
import { Visit } from "./visit.js";
import { WORDS } from "./words.js";

const EDITABLE_MS = 15 * 60 * 1000;

const main = document.getElementById("main");
const { room, me, messageUrl, reportUrl, supportUrl } = main.dataset;
const isLive = !main.dataset.moreAfter;
const form = document.getElementById("composer");
const earlierPlace = document.getElementById("earlier-place");
const notice = new Line(document.getElementById("line"), main.dataset.signIn);
const title = new TitleCount(document);
const announcer = new Announcer(document.getElementById("say-chat"), { mode: document.documentElement.dataset.spoken });
const unread = new Unread({
  except: room,
  changed: ({ room: other, count, ...totals }) => {
    showTotals(document, totals);
    showDot(document.querySelector(`[data-room-card="${CSS.escape(other)}"] [data-unread]`), count);
  },
});
const folding = foldingOf(document, me);

let isLeaving = false;

const list = new MessageList({
  log: document.getElementById("log"),
  list: document.getElementById("messages"),
  template: document.getElementById("message-template"),
  below: document.getElementById("below"),
  view: { me, messageUrl },
  onSeen: () => list.isAtEnd && !document.hidden && visit.seen(),
});

// In live chats many may write at once.
const flow = new Flow({
  draw: (entries) => {
    list.add(entries);
    entries.forEach((entry) => arrived(entry));
  },
  isAtEnd: () => Boolean(main.dataset.liveUrl) && list.isAtEnd,
});

const beside = new Beside({
  room,
  urlOf: (token) => `${supportUrl.replace("/0/", `/${token}/`)}?piece`,
  page: {
    find: (seq) => list.find(seq),
    put: (node, piece) => list.putBeside(node, piece),
    announce: () => say(WORDS.support),
  },
  fetch: (address, how) => fetch(address, how),
  parse: parsePiece,
});

const inPlace = new InPlace({
  urlOf: (seq) => `${messageUrl.replace("/0/", `/${seq}/`)}beside/`,
  page: {
    find: (seq) => list.find(seq),
    put: (node, piece) => list.putInPlace(node, piece),
    drop: (node) => list.dropFromPlace(node),
    announce: () => say(WORDS.takenDown),
  },
  fetch: (address) => fetch(address),
  parse: (text) => parsePiece(text, ".taken"),
});

const connection = new Connection(socketAt(main.dataset.socket), {
  frame: (frame) => {
    unread.hear(frame);
    hearNotices(document, frame);
    visit.hear(frame);
    beside.hear(frame);
    main.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  },
  open: () => {
    visit.opened();
    if (!isLive) notice.online(0);
  },
  closed: (how) => {
    visit.closed(how);
    notice.lost(how);
  },
  shown: () => visit.shown,
});

const visit = new Visit({
  room, me, isLive,
  line: connection,
  history: fetchHistory,
  position: {
    seq: Number(main.dataset.top),
    revision: Number(main.dataset.revision),
    first: Number(list.items()[0]?.dataset.seq ?? Number(main.dataset.top) + 1),
    last: isLive ? Infinity : Number(list.items().at(-1)?.dataset.seq ?? 0),
    moreBefore: !earlierPlace.hidden,
  },
  on: {
    upsert: (stored, isNew) => {
      const entry = folding.fold(stored);
      if (isNew && entry.author?.name !== me) flow.arrived(entry);
      else if (!flow.changed(entry)) {
        flow.flush(); // one's own come at once, and after what others said before
        list.upsert(entry, isNew);
        beside.placed(entry.seq);
        inPlace.placed(entry, { isTold: true });
      }
    },
    remove: (seq) => {
      flow.removed(seq);
      list.remove(seq);
    },
    changed: (entry) => list.requote(folding.fold(entry)),
    reset: (entries) => {
      flow.clear();
      list.reset(entries.map((entry) => folding.fold(entry)));
      entries.forEach((entry) => placed(entry));
    },
    mayTrim: () => list.isAtEnd,
    mine: ({ seq, mine }) => list.press(seq, mine),
    pending: (message) => showPending(message),
    entered: ({ missed, count }) => {
      main.dataset.live = "1";
      notice.online(missed);
      showPresent(count);
      list.onSeen();
    },
    present: (count) => showPresent(count),
    refused: (answer) => notice.note(answer.detail),
    removed: () => notice.show(WORDS.removed),
    moreBefore: (whether) => { earlierPlace.hidden = !whether; },
    isLooking: () => list.isAtEnd && !document.hidden,
  },
});

const composer = form && new Composer(form, {
  room,
  on: {
    send: (message) => visit.write({ id: crypto.randomUUID(), ...message }),
    change: async (seq, body) => (await told(visit.edit(seq, body))).type === "ack",
    lastOwn: () => lastOwn(),
  },
});

async function fetchHistory(query) {
  const answer = await fetch(`${main.dataset.history}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Says above the box what a command was refused for. */
async function told(asking) {
  const answer = await asking;
  if (answer.type !== "ack") notice.note(answer.code === "lost" ? WORDS.lost : answer.detail);
  return answer;
}

function placed(entry) {
  beside.placed(entry.seq);
  inPlace.placed(entry);
}

function showPending(message) {
  if (message.state === "sent") {
    say(WORDS.sent);
    list.dropPending(message.id);
    if (!isLive && !visit.outbox.hasUnsent) location.assign(`${location.pathname}#m-${message.seq}`);
    return;
  }
  if (message.state === "refused" && KEEPS_WORDS.has(message.code)) {
    putBack(message);
    notice.note(message.detail);
    return;
  }
  if (message.code === "slow-mode" && message.state === "waiting") notice.slow(Number(main.dataset.slow), message.retryAfter);
  list.showPending(message, stateNodes(message, { again: tryAgain, back: putBack, copy: copyWords }));
}

function tryAgain() {
  connection.hurry();
  visit.outbox.hurry();
}

function putBack(message) {
  visit.outbox.take(message.id);
  list.dropPending(message.id);
  composer?.putBack(message.body);
}

function copyWords(words) {
  navigator.clipboard?.writeText(words).then(() => say(WORDS.copied)).catch(() => {});
}

function arrived(entry) {
  announcer.arrived(entry, Boolean(main.dataset.liveUrl) && flow.isBusy);
  title.add();
}

function showPresent(count) {
  const place = document.getElementById("presence");
  if (place && count > 0) place.textContent = WORDS.present(count);
}

function lastOwn() {
  const isFresh = (node) => node.dataset.mine && Date.now() - new Date(node.dataset.at) < EDITABLE_MS;
  const node = list.items().reverse().find(isFresh);
  return node ? { seq: Number(node.dataset.seq), body: list.wordsOf(node) } : null;
}

async function getEarlier(event) {
  event.preventDefault();
  const link = event.currentTarget;
  const words = link.dataset.words ??= link.textContent;
  const slow = setTimeout(() => { link.textContent = WORDS.gettingEarlier; }, 400);
  try {
    const entries = await visit.earlier();
    list.prepend(entries.map((entry) => folding.fold(entry)));
    entries.forEach((entry) => placed(entry));
    link.textContent = words;
    earlierPlace.hidden = !visit.timeline.moreBefore;
    if (earlierPlace.hidden) list.items()[0]?.focus({ preventScroll: true });
  } catch {
    link.textContent = WORDS.earlierFailed;
  } finally {
    clearTimeout(slow);
  }
}

visit.timeline.adopt(list.adopt());
moveByKeys(list, composer?.box);
answerInPlace(list.list, beside);
offerActions(list, {
  reportUrl, messageUrl,
  act: {
    respond: (seq, kind) => told(visit.react(seq, kind)),
    reply: (node) => composer?.reply(Number(node.dataset.seq), node.dataset.author, list.quoteOf(node)),
    copy: (node) => copyWords(list.wordsOf(node)),
    change: (node) => composer?.change({ seq: Number(node.dataset.seq), body: list.wordsOf(node) }),
    takeBack: (seq) => told(visit.withdraw(seq)),
  },
});
list.list.addEventListener("click", (event) => {
  const button = event.target.closest(".felt [data-kind]");
  if (!button) return;
  event.preventDefault();
  told(visit.react(Number(button.closest("li.msg").dataset.seq), button.dataset.kind));
});
document.getElementById("earlier").addEventListener("click", getEarlier);

document.getElementById("leave-chat")?.addEventListener("submit", () => { isLeaving = true; });
window.addEventListener("leaving", () => {
  isLeaving = true;
  connection.end();
});
window.addEventListener("online", () => connection.hurry());
window.addEventListener("pagehide", () => {
  visit.leaving();
  connection.drop();
});
window.addEventListener("pageshow", (event) => event.persisted && connection.open());
window.addEventListener("beforeunload", (event) => {
  if (visit.outbox.hasUnsent && !isLeaving) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  connection.hurry();
  list.onSeen();
});

const asked = location.hash.startsWith("#m-") && document.getElementById(location.hash.slice(1));
const place = asked || document.getElementById("new");
if (place) list.show(place);
else list.toEnd();
connection.open();
