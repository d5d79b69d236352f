// @ts-check
/** Starts the till's page: its language, who is signed in, the worker that keeps it. */
import * as db from '../ui/db.js';
import { html, render } from '../ui/html.js';
import { preferredLanguage, t, useLanguage } from '../ui/i18n.js';
import { App } from './app.js';
import { camera } from './camera.js';
import * as clock from './clock.js';
import { watch } from './renew.js';
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
  watch();
}

start().catch(async (error) => {
  // Without words nobody would know why the page stays empty.
  await useLanguage(TEXTS, preferredLanguage(undefined));
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  const told = error instanceof db.KeepsNothing ? t('keeps_nothing') : String(error);
  render(html`<main class="screen"><div role="alert" class="notice"><p>${told}</p></div></main>`, root);
});
