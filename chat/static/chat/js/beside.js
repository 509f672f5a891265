/** What an app above shows beside one's own message, or in its place: fetched as a piece of the page, answered in place. */

const KEPT = 50;

/**
 * Takes `support.offered` frames of `room`. `page` is {find(seq), put(node, piece), announce()}; `fetch` gets the piece at
 * an address, `parse` makes an element of it. What is told before its message is here waits for `placed(seq)`.
 */
export class Beside {
  constructor({ room, urlOf, page, fetch, parse }) {
    Object.assign(this, { room, urlOf, page, fetch, parse });
    this.told = new Map();
    this.announced = new Set();
  }

  /** A frame of the socket. Offers in other rooms are for other pages. */
  hear(frame) {
    if (frame.type !== "support.offered" || frame.room !== this.room) return undefined;
    this.told.delete(frame.seq);
    this.told.set(frame.seq, frame);
    if (this.told.size > KEPT) this.told.delete(this.told.keys().next().value);
    return this.placed(frame.seq);
  }

  /** The message is on the page, now or again. */
  async placed(seq) {
    const frame = this.told.get(seq);
    if (!frame || !this.lacks(this.page.find(seq), frame)) return;
    const piece = await this.get(this.urlOf(frame.token));
    const node = this.page.find(seq);
    if (!piece || this.told.get(seq) !== frame || !this.lacks(node, frame)) return;
    const isNew = !pieceOf(node) && !this.announced.has(frame.token);
    this.put(node, piece);
    if (isNew) this.announce(frame.token);
  }

  lacks(node, { token, at }) {
    const piece = node && pieceOf(node);
    return Boolean(node) && !(piece && piece.dataset.offer === token && piece.dataset.at === at);
  }

  announce(token) {
    this.announced.add(token);
    this.page.announce();
  }

  /** Sends an answer, or another country, and shows what it led to. False when that did not work. */
  async answer(form, button) {
    const node = form.closest("li.msg");
    const address = new URL(form.action);
    address.searchParams.set("piece", "");
    const isAsking = form.method === "get";
    const fields = isAsking ? new FormData(form) : new FormData(form, button);
    if (isAsking) fields.forEach((value, name) => address.searchParams.set(name, value));
    const piece = await this.get(address, isAsking ? {} : { method: "POST", body: fields });
    if (!piece || !node) return false;
    this.put(node, piece);
    (piece.querySelector(".care-line > summary, .care h2") ?? node).focus({ preventScroll: true });
    return true;
  }

  // What the member opened stays open, and the focus stays where it is, as far as that is still there.
  put(node, piece) {
    const before = pieceOf(node);
    const focused = before?.contains(document.activeElement) ? document.activeElement : null;
    const line = piece.querySelector(".care-line");
    if (line && before?.querySelector(".care-line")?.open) line.open = true;
    this.page.put(node, piece);
    if (focused) (piece.querySelector(alike(focused)) ?? piece.querySelector("summary") ?? node).focus({ preventScroll: true });
  }

  async get(address, how = {}) {
    const answer = await this.fetch(address, how).catch(() => null);
    return answer?.ok ? this.parse(await answer.text()) : null;
  }
}

/**
 * In place of one's own message that was taken down: why. `page` is {find(seq), put(node, piece), drop(node), announce()};
 * `urlOf(seq)` is where the piece is.
 */
export class InPlace {
  constructor({ urlOf, page, fetch, parse }) {
    Object.assign(this, { urlOf, page, fetch, parse });
    this.shown = new Map();
  }

  /** The message is on the page as it stands now; `isTold` when that is news. */
  async placed({ seq, revision, aside }, { isTold = false } = {}) {
    const before = this.shown.get(seq);
    if (aside !== "taken-down") {
      this.shown.delete(seq);
      if (this.page.find(seq)) this.page.drop(this.page.find(seq));
      return;
    }
    if (before >= revision) return;
    this.shown.set(seq, revision);
    const answer = await this.fetch(this.urlOf(seq)).catch(() => null);
    const piece = answer?.ok ? this.parse(await answer.text()) : null;
    const node = this.page.find(seq);
    if (this.shown.get(seq) !== revision) return;
    if (!piece || !node) {
      this.shown.delete(seq);
      return;
    }
    this.page.put(node, piece);
    if (isTold && before === undefined) this.page.announce();
  }
}

function pieceOf(node) {
  return node.querySelector(":scope > .beside");
}

function alike(node) {
  if (node.tagName === "A") return `a[href="${CSS.escape(node.getAttribute("href"))}"]`;
  if (!node.name) return node.tagName.toLowerCase();
  return `[name="${node.name}"]${node.tagName === "BUTTON" ? `[value="${node.value}"]` : ""}`;
}

/** The one element of a piece of a page, ready to be put into this page; null for anything else. */
export function parsePiece(text, wanted = ".beside") {
  const piece = new DOMParser().parseFromString(text, "text/html").querySelector(wanted);
  return piece && document.importNode(piece, true);
}

/** Answers given beside messages of `list` are shown in place; where that fails, they are sent as without scripts. */
export function answerInPlace(list, beside) {
  list.addEventListener("submit", async (event) => {
    const form = event.target.closest(".beside form");
    if (!form || form.dataset.plain) return;
    event.preventDefault();
    if (await beside.answer(form, event.submitter)) return;
    form.dataset.plain = "1";
    form.requestSubmit(event.submitter);
  });
}
