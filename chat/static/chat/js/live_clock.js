/** How a live chat stands, read from a frame and the time. Pure. */

const MINUTE_MS = 60 * 1000;
const LATE_MS = 10 * MINUTE_MS;

/** While a chat is on. */
export const ON = new Set(["open", "winding-down"]);

const OVER = new Set(["ended", "cancelled"]);

/** The server's time, as well as a browser can know it: its own clock may be wrong, so only differences count. */
export class ServerClock {
  /** `said` is the moment at which the server wrote the page. */
  constructor(said, { now = Date.now } = {}) {
    this.now = now;
    this.ahead = Date.parse(said) - now();
  }

  /** Milliseconds since 1970. Never later than at the server, unless this browser's clock was put forward. */
  get time() {
    return this.now() + this.ahead;
  }

  /** Something that the server did at this moment arrived: it is at least as late. */
  heard(at) {
    if (at) this.ahead = Math.max(this.ahead, Date.parse(at) - this.now());
  }
}

/** Minutes until nobody can write any more, rounded up. */
export function minutesLeft({ closes_at: closes }, time) {
  return Math.max(0, Math.ceil((Date.parse(closes) - time) / MINUTE_MS));
}

/** How far it is: whole minutes of all its minutes. */
export function progress(frame, time) {
  const max = Math.max(1, Math.round((Date.parse(frame.closes_at) - Date.parse(frame.starts_at)) / MINUTE_MS));
  return { max, value: Math.min(max, Math.max(0, max - minutesLeft(frame, time))) };
}

/** Seconds that everyone still rests. */
export function restingSeconds({ resting_until: until = "" }, time) {
  return until ? Math.max(0, Math.ceil((Date.parse(until) - time) / 1000)) : 0;
}

/** True in the minutes before the last five in which the page says once that ten are left. */
export function isLate({ state, closes_at: closes }, time) {
  return state === "open" && Date.parse(closes) - time <= LATE_MS;
}

/** What the box does: "writes", "rests" for a minute, "waits" for the start, or is "over". Who leads may write early. */
export function boxOf(frame, { leads, time }) {
  if (OVER.has(frame.state)) return "over";
  if (leads) return "writes";
  if (!ON.has(frame.state)) return frame.state === "planned" ? "waits" : "over";
  return restingSeconds(frame, time) > 0 ? "rests" : "writes";
}

/** What is to be said aloud of a new frame: of another question, of another state. */
export function newsOf(before, frame) {
  const asks = frame.prompt && frame.prompt.id !== before.prompt?.id ? frame.prompt : null;
  return { asks, state: frame.state === before.state ? "" : frame.state };
}

/** A frame is older than what is shown when a slower way brought it. */
export function isOlder(frame, shown) {
  return frame.revision < shown.revision;
}
