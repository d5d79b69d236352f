// @ts-check
/**
 * The clerk at the till. His PIN opens a session at the server; the session's name is then sealed
 * under the PIN in this browser, so that he can unlock the page while the network is gone.
 */
import { NoAnswer } from '../ui/api.js';
import * as db from '../ui/db.js';
import { t } from '../ui/i18n.js';
import * as clock from './clock.js';

/** After so long without a touch, whoever comes next says who he is. */
export const LOCK_MS = 5 * 60_000;
const ROUNDS = 310_000;
const TRIES_MAX = 5;

/** @typedef {import('./types.js').Shift} Shift */
/** @typedef {import('./types.js').Sealed} Sealed */

/** Why a PIN was not taken here, without asking the server. */
export class NotHere extends Error {}

/**
 * Let a clerk in.
 * @param {import('../ui/api.js').Call} call
 * @param {string} clerk
 * @param {string} pin
 * @param {Shift | null} before the session that ends with it, if there is one
 * @returns {Promise<Shift>}
 */
export async function enter(call, clerk, pin, before) {
  try {
    const shift = await call('/v1/clerk-sessions', { body: { clerk, pin } });
    // The session opened just now: what it says of the time holds now, and not at a later unlocking.
    clock.learn(shift.opened_at);
    await seal(shift, pin);
    // Sales that wait keep the session in which they were made.
    if (before) call(`/v1/clerk-sessions/${before.session}`, { method: 'DELETE' }).catch(() => {});
    return shift;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return open(clerk, pin);
  }
}

async function keyOf(/** @type {string} */ pin, /** @type {Uint8Array} */ salt) {
  const secret = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, [
    'deriveKey',
  ]);
  const way = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(/** @type {any} */ (way), secret, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
}

async function seal(/** @type {Shift} */ shift, /** @type {string} */ pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(shift));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyOf(pin, salt), text);
  const { clerk, name, ends_at } = shift;
  await db.set(`shift:${clerk}`, { clerk, name, ends_at, salt, iv, sealed, tries: 0 });
}

/** The session of a clerk who was here before, by his PIN and without the server. */
async function open(/** @type {string} */ clerk, /** @type {string} */ pin) {
  const kept = /** @type {Sealed | undefined} */ (await db.get(`shift:${clerk}`));
  if (!kept || Date.parse(kept.ends_at) <= clock.now()) throw new NotHere(t('pin_needs_network'));
  if (kept.tries >= TRIES_MAX) throw new NotHere(t('pin_tries_over'));
  // Counted before it is tried, as the server does.
  await db.set(`shift:${clerk}`, { ...kept, tries: kept.tries + 1 });
  const key = await keyOf(pin, kept.salt);
  try {
    const way = { name: 'AES-GCM', iv: /** @type {any} */ (kept.iv) };
    const text = await crypto.subtle.decrypt(way, key, kept.sealed);
    await db.set(`shift:${clerk}`, { ...kept, tries: 0 });
    return /** @type {Shift} */ (JSON.parse(new TextDecoder().decode(text)));
  } catch {
    throw new NotHere(t('pin_wrong'));
  }
}

/** The page goes away, perhaps to come back at once: this tab alone remembers who stood there. */
export function keep(/** @type {Shift} */ shift) {
  sessionStorage.setItem('shift', JSON.stringify({ shift, at: Date.now() }));
}

/** Who stood there when this tab was loaded again; nobody after a while, or in another tab. */
export function resume() {
  const kept = JSON.parse(sessionStorage.getItem('shift') || 'null');
  sessionStorage.removeItem('shift');
  return kept && Date.now() - kept.at < LOCK_MS ? /** @type {Shift} */ (kept.shift) : null;
}
