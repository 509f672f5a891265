/** How many new messages there are, in the page's title, while nobody is looking at it. */

/** Counts while the page is hidden; the title never names a person or a message. */
export class TitleCount {
  constructor(document) {
    this.document = document;
    this.title = document.title;
    this.count = 0;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.clear();
    });
  }

  /** Something new came. */
  add(n = 1) {
    if (!this.document.hidden) return;
    this.count += n;
    this.document.title = `(${this.count > 9 ? "9+" : this.count}) ${this.title}`;
  }

  clear() {
    this.count = 0;
    this.document.title = this.title;
  }
}
