/** Frames between browser and server, as in docs/protocol.md. Pure. */

export const VERSION = 1;
export const FRAME_LIMIT = 16 * 1024;
export const BODY_LIMIT = 4000;

/** Close codes, and what to do: come back, sign in again, or stay away. */
export const CLOSE = {
  DONE: 1000, GOING_AWAY: 1001, TOO_BIG: 1009, COME_BACK: 1012, NOT_UNDERSTOOD: 4400, SIGN_IN_AGAIN: 4401,
  NOT_ALLOWED: 4403, TOO_SLOW: 4408, TOO_MANY_SOCKETS: 4409, TOO_FAST: 4429,
};

const STAYS_CLOSED = new Set([CLOSE.SIGN_IN_AGAIN, CLOSE.NOT_ALLOWED, CLOSE.TOO_MANY_SOCKETS]);

/** True when the browser must not open another socket after this code. */
export function staysClosed(code) {
  return STAYS_CLOSED.has(code);
}

/** Refusals after which the same command may be sent again, a little later. */
export const RETRYABLE = new Set(["too-fast", "slow-mode", "unavailable", "busy", "resting"]);

/** Refusals after which the words go back into the box, with the reason above it. */
export const KEEPS_WORDS = new Set(["full", "guarded", "over", "not-begun"]);

/** Commands, each as the object that is sent. */
export const enterRoom = (ref, room, position) => ({ type: "room.enter", ref, room, ...(position && { position }) });
export const leaveRoom = (ref, room) => ({ type: "room.leave", ref, room });
export const postMessage = (ref, { room, id, body, replyTo, headsUp }) => ({
  type: "message.post", ref, room, id, body, ...(replyTo && { reply_to: replyTo }), ...(headsUp && { heads_up: headsUp }),
});
export const editMessage = (ref, room, seq, body) => ({ type: "message.edit", ref, room, seq, body });
export const withdrawMessage = (ref, room, seq) => ({ type: "message.withdraw", ref, room, seq });
export const react = (ref, room, seq, kind, on) => ({ type: "message.react", ref, room, seq, kind, on });
export const watchQueue = (ref, holding) => ({ type: "queue.watch", ref, ...(holding && { holding }) });
export const read = (room, seq) => ({ type: "read", room, seq });
export const beat = (positions, revisions) => ({ type: "beat", positions, revisions });

/** True when the command is small enough for a frame. A larger one would only break the line, again and again. */
export function fits(command) {
  return new TextEncoder().encode(JSON.stringify(command)).length <= FRAME_LIMIT;
}

/** How many characters a message has too many; the server counts after form NFC, as here. */
export function charactersOver(body) {
  return Math.max([...body.normalize("NFC")].length - BODY_LIMIT, 0);
}
