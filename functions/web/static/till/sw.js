// @ts-check
/* global RELEASE -- the server writes it above: the release, the page and its files */
/** Keeps the till's page and files, so that it starts without network. Never touches the API. */

/** @type {{release: string, page: string, files: string[]}} */
const release = /** @type {any} */ (RELEASE);
const NAME = `till-${release.release}`;
const PATIENCE_MS = 2500;
const worker = /** @type {any} */ (self);

worker.addEventListener('install', (/** @type {any} */ event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll([release.page, ...release.files]))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(
    (async () => {
      // The release before stays: a page that is open still fetches screens of it.
      const others = (await caches.keys()).filter((name) => name.startsWith('till-') && name !== NAME);
      for (const name of others.slice(0, -1)) await caches.delete(name);
      await worker.clients.claim();
    })(),
  );
});

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (url.pathname === release.page) event.respondWith(page(event.request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(file(event.request));
});

/** The page from the network while it answers soon, else the one that is kept. */
async function page(/** @type {Request} */ request) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) {
      return answer;
    }
  } catch {
    // Offline, or too slow for a queue of customers.
  }
  return (await cache.match(release.page)) || Response.error();
}

async function file(/** @type {Request} */ request) {
  return (await caches.match(request)) || fetch(request);
}
