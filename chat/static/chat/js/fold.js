/** Topics that hurt: folds messages of others by this member's own rules, as `community/topics.py` does on the server. */

const REMEMBERED = 500;
const MARKS = /[\p{M}\p{Cf}]/gu;
const WORDS = /[\p{L}\p{N}]+/gu;

/** The words of `text` in lower case, without accents and invisible characters, each between single spaces. */
export function plainForm(text) {
  const plain = bare(bare(text).toLowerCase()).replaceAll("ß", "ss").replaceAll("ς", "σ");
  return ` ${(plain.match(WORDS) ?? []).join(" ")} `;
}

function bare(text) {
  return text.normalize("NFKD").replace(MARKS, "");
}

/** `rules` are [{words, pieces}]: what is found by any of the pieces gets the words as its heads-up. */
export class Folding {
  constructor(rules, me) {
    Object.assign(this, { rules, me });
    this.given = new Map(); // heads-ups by seq, for quotations that hold only the beginning
  }

  /** The neutral heads-up to show over `text`; empty if none is needed, or if it already has one. */
  matches(text, headsUp = "") {
    if (headsUp || !this.rules.length) return "";
    const plain = plainForm(text);
    return this.rules.find(({ pieces }) => pieces.some((piece) => plain.includes(piece)))?.words ?? "";
  }

  /** The entry as this member wants to meet it. Their own words stay open; what they quote of others does not. */
  fold(entry) {
    if (!this.rules.length || entry.state) return entry;
    const words = entry.author?.name === this.me ? "" : this.matches(entry.body ?? "", entry.heads_up);
    this.remember(entry.seq, words);
    const folded = words ? { ...entry, heads_up: words } : entry;
    return entry.reply_to?.text ? { ...folded, reply_to: this.foldQuote(entry.reply_to) } : folded;
  }

  foldQuote(quote) {
    if (quote.name === this.me) return quote;
    const words = this.given.get(quote.seq) || this.matches(quote.text);
    return words ? { ...quote, text: words } : quote;
  }

  /** A message that the server folded before the page came. */
  remember(seq, words) {
    this.given.delete(seq);
    if (words) this.given.set(seq, words);
    if (this.given.size > REMEMBERED) this.given.delete(this.given.keys().next().value);
  }
}

/** The rules that the page came with; without any, nothing is folded. */
export function foldingOf(document, me) {
  const rules = document.getElementById("folding");
  const folding = new Folding(rules ? JSON.parse(rules.textContent) : [], me);
  document.querySelectorAll(".msg[data-seq] [data-slot=headsup-words]").forEach((words) => {
    folding.remember(Number(words.closest(".msg").dataset.seq), words.textContent);
  });
  return folding;
}
