/** What the server writes above the service worker: the release, the page and its files. */
declare const RELEASE: { release: string; page: string; files: string[] };
