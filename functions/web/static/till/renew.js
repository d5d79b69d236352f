// @ts-check
/** A till is open for weeks: the page of a newer release takes over when nobody stands there. */

let newer = false;

/** Have the page kept by its worker, and notice when a newer one takes its place. */
export function watch() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  // The first worker of all brings what is here already.
  let held = Boolean(workers.controller);
  workers.addEventListener('controllerchange', () => {
    newer = held;
    held = true;
  });
  // Without it the till works, but not without network.
  workers.register('/till/sw.js', { scope: '/till', type: 'classic' }).catch(() => {});
}

/** Nobody is there: load what is newer, or ask whether anything is. */
export function renew() {
  if (newer) location.reload();
  else navigator.serviceWorker?.ready.then((found) => found.update()).catch(() => {});
}
