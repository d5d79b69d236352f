// @ts-check
/** Starts the till's page: its language, who is signed in, the worker that keeps it. */
import * as db from '../ui/db.js';
import { html, render } from '../ui/html.js';
import { preferredLanguage, useLanguage } from '../ui/i18n.js';
import { App } from './app.js';
import { camera } from './camera.js';
import * as clock from './clock.js';
import { resume } from './shift.js';

export const TEXTS = new URL('.', import.meta.url).href.replace(/\/$/, '');

async function start() {
  const session = await db.get('session');
  // A till's camera opens while everything else still loads: the first customer may be there.
  if (session) camera.prepare();
  await clock.remember();
  await useLanguage(TEXTS, preferredLanguage(await db.get('language')));
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  const resumed = session ? resume() : null;
  render(html`<${App} known=${session || null} resumed=${resumed} texts=${TEXTS} />`, root);
  await navigator.serviceWorker?.register('/till/sw.js', { scope: '/till', type: 'classic' });
}

start();
