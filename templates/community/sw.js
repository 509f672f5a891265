/* Keeps one page for offline: the numbers of every country. And, on a device whose member asked for it, private pages:
   their safety plan, and what they saved. These are let go by whatever ends a session, and looked for anew while there
   is a network. */
const KEPT = "help-1";
const HELP = "{{ help|escapejs }}";
const FILES = [HELP{% for file in shell %}, "{{ file|escapejs }}"{% endfor %}];
// Made and named by kept.js: the page that is kept, and below which addresses it stands in for others.
const OWN = { {% for one in own %}
  "{{ one.name|escapejs }}": { page: "{{ one.page|escapejs }}", homes: [{% for home in one.homes %}"{{ home|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}], lookedAt: 0 },{% endfor %}
};
const ENDS = [{% for end in ends %}"{{ end|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const STRANGERS = [{% for one in strangers %}"{{ one|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}]; // nobody signed in sees these
const LOOK_EVERY_MS = 300000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== KEPT && !OWN[name]).map((name) => caches.delete(name))))
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
    if (ENDS.includes(path)) event.waitUntil(letGo());
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => instead(path)));
    event.waitUntil(freshen(path));
  } else if (FILES.includes(path)) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});

async function instead(path) {
  for (const [name, { page, homes }] of Object.entries(OWN)) {
    const kept = homes.some((home) => path.startsWith(home)) && await caches.match(page, { cacheName: name });
    if (kept) return kept;
  }
  return caches.match(HELP);
}

async function letGo() {
  await Promise.all(Object.keys(OWN).map((name) => caches.delete(name)));
}

// What is kept follows what is stored: changed, deleted, turned off elsewhere, or no longer this browser's to read.
async function freshen(path) {
  if (STRANGERS.includes(path)) return letGo();
  await Promise.all(Object.entries(OWN).map(([name, own]) => freshenOne(path, name, own)));
}

async function freshenOne(path, name, own) {
  if (!(await caches.has(name))) return;
  const isHome = own.homes.some((home) => path.startsWith(home));
  if (!isHome && Date.now() - own.lookedAt < LOOK_EVERY_MS) return;
  own.lookedAt = Date.now();
  const answer = await fetch(own.page, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (!answer || answer.status >= 500 || !(await caches.has(name))) return;
  if (answer.ok) await (await caches.open(name)).put(own.page, answer);
  else await caches.delete(name);
}
