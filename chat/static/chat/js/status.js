/** Honest states: of a message on its way, and of the line to the server. */

import { CLOSE } from "./protocol.js";
import { WORDS } from "./words.js";

const PATIENCE_MS = 4000;

/** The words and buttons below a message that is not stored yet. */
export function stateNodes(message, { again, back, copy }) {
  const words = document.createTextNode(`${WORDS[message.state]} ${message.detail ?? ""} `);
  if (message.state === "waiting") return [words, button(WORDS.tryAgain, again)];
  if (message.state !== "refused") return [words];
  return [words, button(WORDS.change, () => back(message)), button(WORDS.copy, () => copy(message.body))];
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
  constructor(place, signIn, { timers = window } = {}) {
    Object.assign(this, { place, signIn, timers });
    this.wait = null;
    this.isOffline = false;
  }

  /** The socket closed. */
  lost({ code, stays }) {
    if (code === CLOSE.SIGN_IN_AGAIN) this.showSignIn();
    else if (code === CLOSE.TOO_MANY_SOCKETS) this.show(WORDS.tooMany);
    else if (code === CLOSE.NOT_ALLOWED) this.show(WORDS.removed);
    if (stays) return;
    this.wait ??= this.timers.setTimeout(() => {
      this.isOffline = true;
      this.show(WORDS.offline);
    }, PATIENCE_MS);
  }

  /** The socket is back, and the room was entered again. */
  online(missed) {
    this.timers.clearTimeout(this.wait);
    this.wait = null;
    if (!this.isOffline) {
      this.hide();
      return;
    }
    this.isOffline = false;
    if (missed) this.show(WORDS.backOnline(missed));
    else this.hide();
  }

  show(words) {
    this.place.replaceChildren(document.createTextNode(words));
    this.place.hidden = false;
  }

  hide() {
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
