/** One quiet line beside a draft that says something severe: a way to somebody, now. It blocks nothing and keeps nothing. */

const PAUSE_MS = 700; // in the middle of a word nobody needs a line to move

/** Shows `line` while `isSevere(words)` of what stands in `box`. Once closed, it stays away until the box was empty. */
export class DraftHelp {
  constructor({ box, line, isSevere, timers = globalThis }) {
    Object.assign(this, { box, line, isSevere, timers });
    this.isClosed = false;
    this.wait = null;
    box.addEventListener("input", () => this.later());
    line.querySelector("button").addEventListener("click", () => this.close());
    this.look();
  }

  later() {
    this.timers.clearTimeout(this.wait);
    if (!this.box.value) this.look();
    else this.wait = this.timers.setTimeout(() => this.look(), PAUSE_MS);
  }

  look() {
    if (!this.box.value) this.isClosed = false;
    this.line.hidden = this.isClosed || !this.isSevere(this.box.value);
  }

  close() {
    this.isClosed = true;
    this.line.hidden = true;
    this.box.focus();
  }
}
