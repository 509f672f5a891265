/** Speaks through the hidden status and alert of the page. */

/** Says something politely: "Saved", "Sent". */
export function say(text) {
  speak("say", text);
}

/** Says something at once: a form could not be sent. */
export function sayNow(text) {
  speak("say-now", text);
}

function speak(id, text) {
  const place = document.getElementById(id);
  if (place) place.textContent = text;
}
