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
  guard: {
    slow: (n) => `No moderator is here right now, so everyone takes it slowly: one message every ${n} seconds.`,
    reads: "No moderator is here right now, so people who are new read along for now.",
    back: (day, time) => (day ? `One is expected on ${day} at ${time}.` : `One is expected at ${time}.`),
    unknown: "We don't know yet when one will be.",
    kept: "Your words are kept here.",
    over: "A moderator is here again.",
  },
  present: (n) => (n >= 3 ? `About ${roughly(n)} here` : "A few here"),
  spoken: (n, people) => `${n} new messages from ${people} people`,
  spokenCount: (n) => (n === 1 ? "1 new message" : `${n} new messages`),
  spokenHeadsUp: (name, words) => `${name}, heads-up: ${words}`,
  together: (n) => `${n} messages came together`,
  andMore: "and more",
  more: (name, time) => `More for the message by ${name} at ${time}`,
  live: {
    asks: (name, text) => (name ? `${name} asks: ${text}` : text),
    askedBy: (name) => (name ? `${name} asks` : "The question now"),
    ten: "Ten minutes left",
    rest: "Let's take a minute. Nobody has to answer.",
    everyone: "Everyone in this room can read what you send.",
    resting: (n) => (n > 1 ? `Let's take a minute. You can write again in ${n} seconds.` : "Let's take a minute. You can write again in a moment."),
    slow: (n) => `One message every ${n} seconds, so that everyone can keep up.`,
    away: (name, here) => `${name} will be back in a moment.${here ? ` ${here} is here.` : ""}`,
    roles: { host: "host", moderator: "moderator" },
    writtenBy: (name, time) => (name ? `Written by ${name}, ${time}` : time),
    done: (n, all) => `${n} of ${all} minutes`,
    left: (state, n, time) => {
      if (state === "planned") return `It opens at ${time}.`;
      if (state !== "open" && state !== "winding-down") return "It is over.";
      return n === 1 ? "1 minute left, and nobody has to stay." : `${n} minutes left, and nobody has to stay.`;
    },
    state: (state, starts, ends) => ({
      "planned": `Opens at ${starts}`,
      "open": `Live, until ${ends}`,
      "winding-down": "Last five minutes",
      "ended": `Ended ${ends}`,
      "cancelled": "Cancelled",
      "not-taking-place": "Not taking place",
    })[state],
    said: {
      "open": "The chat is open.",
      "winding-down": "The last five minutes. A question for you is below the messages.",
      "ended": "This chat has ended. You can still read it.",
      "cancelled": "This chat is cancelled.",
      "not-taking-place": "This chat does not take place.",
    },
    closed: (state, starts, isKept) => {
      const kept = isKept ? " Your words are kept here." : "";
      if (state === "planned") return `This chat opens at ${starts}.${kept}`;
      if (state === "ended") return `This chat is over.${kept || " Thank you for being here."}`;
      return `${state === "cancelled" ? "This chat is cancelled." : "This chat does not take place."}${kept}`;
    },
  },
};

/** A number of people, rounded to tens above twenty: nobody is counted. */
export function roughly(n) {
  return n > 20 ? Math.round(n / 10) * 10 : n;
}

const QUOTED = 80;

/** The first words of a message, on one line, as the server quotes them. */
export function quoted(text) {
  const words = text.split(/\s+/).filter(Boolean).join(" ");
  const letters = [...words];
  return letters.length > QUOTED ? `${letters.slice(0, QUOTED - 1).join("").trimEnd()}…` : words;
}
