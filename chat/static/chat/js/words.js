/** Every sentence the scripts of chat may show. */

export const WORDS = {
  sending: "Sending",
  sent: "Sent",
  waiting: "Not sent yet. Your words are kept here.",
  refused: "Not sent.",
  tooBig: "That is too much for one message. You could send it in two parts.",
  tryAgain: "Try again",
  change: "Change",
  copy: "Copy",
  copied: "Copied",
  offline: "You're offline. You can read what's here. What you write will wait.",
  signedOut: "You've been signed out to keep this private.",
  signIn: "Sign in to go on.",
  tooMany: "This is open in too many tabs. Close one and reload.",
  support: "Support options are below your message.",
  takenDown: "A moderator took down a message of yours. Why stands in its place.",
  removed: "You're no longer in this room.",
  lost: "That didn't reach us. Try again in a moment.",
  gettingEarlier: "Getting earlier messages",
  earlierFailed: "That didn't work. Try again in a moment.",
  changed: "changed",
  today: "Today",
  yesterday: "Yesterday",
  reply: "Reply",
  takeBack: "Take back",
  changeMessage: "Change",
  headsUp: "Add a heads-up",
  report: "I'm worried about them, or report",
  muteOrBlock: "Mute or block",
  someone: "Someone who left",
  veil: "details kept out of sight",
  reactions: {
    "with-you": "With you",
    "same-here": "Same here",
    "thank-you": "Thank you",
    "proud-of-you": "Proud of you",
    "thinking-of-you": "Thinking of you",
  },
  newBelow: (n) => (n === 1 ? "1 new message" : `${n} new messages`),
  backOnline: (n) => (n === 1 ? "Back online. 1 new message below." : `Back online. ${n} new messages below.`),
  over: (n) => (n === 1 ? "1 character over. You could send it in two parts." : `${n} characters over. You could send it in two parts.`),
  slow: (n, s) => `One message every ${n} seconds, so that everyone can keep up. You can send again in ${s}.`,
  present: (n) => (n >= 3 ? `About ${n} here` : "A few here"),
  spoken: (n, people) => `${n} new messages from ${people} people`,
  spokenCount: (n) => (n === 1 ? "1 new message" : `${n} new messages`),
  spokenHeadsUp: (name, words) => `${name}, heads-up: ${words}`,
  andMore: "and more",
  more: (name, time) => `More for the message by ${name} at ${time}`,
};

const QUOTED = 80;

/** The first words of a message, on one line, as the server quotes them. */
export function quoted(text) {
  const words = text.split(/\s+/).filter(Boolean).join(" ");
  const letters = [...words];
  return letters.length > QUOTED ? `${letters.slice(0, QUOTED - 1).join("").trimEnd()}…` : words;
}
