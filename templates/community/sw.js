/* Keeps one page for offline: the numbers of every country. Never anything private. */
const KEPT = "help-1";
const HELP = "{{ help|escapejs }}";
const FILES = [HELP{% for file in shell %}, "{{ file|escapejs }}"{% endfor %}];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name))))
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
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(HELP)));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
