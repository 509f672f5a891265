/** Honest states: of a message on its way, and of the line to the server. */

import { CLOSE } from "./protocol.js";
import { WORDS } from "./words.js";

const PATIENCE_MS = 4000;
const NOTE_MS = 15000;
const COUNT_EVERY_MS = 5000;

/** The words and buttons below a message that is not stored yet. */
export function stateNodes(message, { again, back, copy }) {
  const words = document.createTextNode(`${WORDS[message.state]} ${detailOf(message)} `);
  if (message.state === "sending" || message.state === "sent") return [words];
  const first = message.state === "waiting" ? button(WORDS.tryAgain, again) : button(WORDS.change, () => back(message));
  return [words, first, button(WORDS.copy, () => copy(message.body))];
}

function detailOf({ code, detail }) {
  if (code === "too-big") return WORDS.tooBig;
  return code === "slow-mode" ? "" : detail; // slow mode counts down above the box
}

function button(words, then) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "btn btn-quiet btn-s";
  node.textContent = words;
  node.addEventListener("click", then);
  return node;
}

/** The line above the box. Says nothing for the first four seconds of a break. */
export class Line {
  constructor(place, signIn, { timers = window, now = Date.now } = {}) {
    Object.assign(this, { place, signIn, timers, now });
    this.wait = null;
    this.fade = null;
    this.isOffline = false;
  }

  /** The socket closed. */
  lost({ code, stays }) {
    if (code === CLOSE.SIGN_IN_AGAIN) this.showSignIn();
    else if (code === CLOSE.TOO_MANY_SOCKETS) this.show(WORDS.tooMany);
    else if (code === CLOSE.NOT_ALLOWED) this.show(WORDS.removed);
    if (stays) {
      this.timers.clearTimeout(this.wait);
      return;
    }
    this.wait ??= this.timers.setTimeout(() => {
      this.isOffline = true;
      this.show(WORDS.offline);
    }, PATIENCE_MS);
  }

  /** The socket is back, and the room was entered again. */
  online(missed) {
    this.timers.clearTimeout(this.wait);
    this.wait = null;
    if (!this.isOffline) return;
    this.isOffline = false;
    if (missed) this.note(WORDS.backOnline(missed));
    else this.hide();
  }

  /** Something worth a sentence for a while. */
  note(words) {
    if (this.isOffline) return;
    this.show(words);
    this.fade = this.timers.setTimeout(() => this.hide(), NOTE_MS);
  }

  /** Slow mode: counts down every five seconds, and is read aloud once. */
  slow(every, seconds) {
    if (this.isOffline) return;
    const until = this.now() + seconds * 1000;
    this.show("");
    this.place.append(part("sr", WORDS.slow(every, Math.ceil(seconds))), part("", ""));
    this.place.lastChild.setAttribute("aria-hidden", "true");
    this.countDown(every, until, this.place.lastChild);
  }

  countDown(every, until, place) {
    const left = Math.ceil((until - this.now()) / 1000);
    if (left <= 0) {
      this.hide();
      return;
    }
    place.textContent = WORDS.slow(every, left);
    this.fade = this.timers.setTimeout(() => this.countDown(every, until, place), Math.min(COUNT_EVERY_MS, left * 1000));
  }

  show(words) {
    this.timers.clearTimeout(this.fade);
    this.place.replaceChildren(document.createTextNode(words));
    this.place.hidden = false;
  }

  hide() {
    this.timers.clearTimeout(this.fade);
    this.place.hidden = true;
  }

  showSignIn() {
    this.show(`${WORDS.signedOut} `);
    const link = document.createElement("a");
    link.href = `${this.signIn}?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = WORDS.signIn;
    this.place.append(link);
  }
}

function part(kind, words) {
  const node = document.createElement("span");
  node.className = kind;
  node.textContent = words;
  return node;
}
