/**
 * Whether a draft says in plain words that somebody is about to end their life. Only in this browser: a draft is looked at
 * where it is written, and nothing of it, nor that anything was found, is sent or kept. No words about ways of doing it.
 *
 * Far fewer phrases than the server knows. A miss costs nothing here: what is sent is read there.
 */

const PHRASES = [
  "kill myself", "killing myself", "kms tonight", "end my life", "ending my life", "end it all", "take my own life",
  "taking my own life", "going to end it", "gonna end it", "ready to end it", "want to die", "wanna die", "going to die tonight",
  "be dead by tomorrow", "be dead by morning", "dont want to be alive", "don t want to be alive", "dont want to live",
  "don t want to live", "not be alive tomorrow", "wont be here tomorrow", "won t be here tomorrow", "this is goodbye",
  "my last night", "suicide tonight", "commit suicide", "im suicidal", "i m suicidal", "i am suicidal",
  "better off without me", "better off dead", "cant go on anymore", "can t go on anymore", "no reason to live",
  "matarme", "me voy a matar", "quitarme la vida", "acabar con mi vida", "terminar con mi vida", "suicidarme",
  "me voy a suicidar", "me quiero morir", "quiero morir", "quiero morirme", "no quiero vivir", "no quiero seguir viviendo",
  "no quiero estar viva", "no quiero estar vivo", "estarian mejor sin mi", "mi ultima noche", "manana no estare",
  "esto es una despedida", "no puedo seguir asi",
].map((phrase) => ` ${phrase} `);

// Said about a time that is over, about somebody else's words, or to say that it is not so: help is not in the way then.
const EASED = [
  "don t want to die", "dont want to die", "do not want to die", "never want to die", "don t want to kill myself",
  "dont want to kill myself", "not going to kill myself", "not suicidal", "used to want to die", "no quiero morir",
  "no quiero morirme", "no me quiero morir", "no me voy a matar", "no quiero matarme", "antes queria morir",
].map((phrase) => ` ${phrase} `);

/** True when help should be offered beside a draft whose plain form (`plainForm` of chat's fold.js) this is. */
export function isSevere(plain) {
  const left = EASED.reduce((words, phrase) => words.replaceAll(phrase, " "), plain);
  return PHRASES.some((phrase) => left.includes(phrase));
}
