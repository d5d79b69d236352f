// @ts-check
/**
 * What the server last told this till of card codes: the keys, each programme's mark, and the
 * time by which signatures expire. It is asked again whenever somebody steps up to the till, and
 * when a code names what is not known here: keys are rotated while tills are open. Without
 * network it is all there is.
 */
import * as db from '../ui/db.js';
import * as clock from './clock.js';

/**
 * @typedef {{code_keys: import('../ui/signed-code.js').Key[],
 *   programmes: import('../ui/signed-code.js').Programme[], ahead_ms: number}} Codes
 * `ahead_ms` is how far the server's clock is ahead of this computer's. It is not the one by which
 * sales are dated: that one can be moved on a trial.
 */

/** Keep an answer of `GET /v1/setup`. */
export async function keep(/** @type {any} */ told) {
  clock.learn(told.now);
  const { code_keys, programmes, wall_now } = told;
  await db.set('codes', { code_keys, programmes, ahead_ms: Date.parse(wall_now) - Date.now() });
}

/** Ask again. Rejects with NoAnswer or a Problem; what was known before stays then. */
export async function refresh(/** @type {import('../ui/api.js').Call} */ call) {
  await keep(await call('/v1/setup'));
}

/** @returns {Promise<Codes | undefined>} nothing in a till that was never told */
export const codes = () => db.get('codes');
