/* Keeps one page for offline: the numbers of every country. And, on a device whose member asked for it, one private
   page: their safety plan. It is let go by whatever ends a session, and looked for anew while there is a network. */
const KEPT = "help-1";
const HELP = "{{ help|escapejs }}";
const FILES = [HELP{% for file in shell %}, "{{ file|escapejs }}"{% endfor %}];
const PLAN_KEPT = "plan-1"; // made and named by kept.js
const PLAN = "{{ plan|escapejs }}";
const PLAN_HOME = "{{ plan_home|escapejs }}";
const ENDS = [{% for end in ends %}"{{ end|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const STRANGERS = [{% for one in strangers %}"{{ one|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}]; // nobody signed in sees these
const LOOK_EVERY_MS = 300000;
let lookedAt = 0;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => ![KEPT, PLAN_KEPT].includes(name)).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/* A wake-up says that something is new. It shows the site's name, and a room's only where the member chose that. */
const NEWS = { title: "{{ site_name|escapejs }}", body: "{{ something_new|escapejs }}", tag: "news" };

self.addEventListener("push", (event) => {
  const { title, body } = { ...NEWS, ...told(event.data) };
  event.waitUntil(self.registration.showNotification(title, { body, tag: NEWS.tag, icon: "{{ icon|escapejs }}" }));
});

function told(data) {
  try {
    return data ? data.json() : {};
  } catch {
    return {};
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openNews());
});

async function openNews() {
  const pages = await self.clients.matchAll({ type: "window" });
  const open = pages.find((page) => new URL(page.url).pathname === "{{ news|escapejs }}");
  return open ? open.focus() : self.clients.openWindow("{{ news|escapejs }}");
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") {
    if (ENDS.includes(path)) event.waitUntil(caches.delete(PLAN_KEPT));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => instead(path)));
    event.waitUntil(freshen(path));
  } else if (FILES.includes(path)) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});

async function instead(path) {
  const plan = path.startsWith(PLAN_HOME) && await caches.match(PLAN, { cacheName: PLAN_KEPT });
  return plan || caches.match(HELP);
}

// The kept plan follows the stored one: changed, deleted, turned off elsewhere, or no longer this browser's to read.
async function freshen(path) {
  if (!(await caches.has(PLAN_KEPT))) return;
  if (STRANGERS.includes(path)) {
    await caches.delete(PLAN_KEPT);
    return;
  }
  if (!path.startsWith(PLAN_HOME) && Date.now() - lookedAt < LOOK_EVERY_MS) return;
  lookedAt = Date.now();
  const answer = await fetch(PLAN, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (!answer || answer.status >= 500 || !(await caches.has(PLAN_KEPT))) return;
  if (answer.ok) await (await caches.open(PLAN_KEPT)).put(PLAN, answer);
  else await caches.delete(PLAN_KEPT);
}
