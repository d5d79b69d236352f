// @ts-check
/** The time by which sales are dated: the server's, whatever this computer's clock says. */
import * as db from '../ui/db.js';

let ahead_ms = 0;

/** What was learnt before; without network it is all there is. */
export async function remember() {
  ahead_ms = Number(await db.get('clock')) || 0;
}

/** The server has just said what time it is. */
export function learn(/** @type {string} */ told) {
  ahead_ms = Date.parse(told) - Date.now();
  db.set('clock', ahead_ms);
}

export const now = () => Date.now() + ahead_ms;

/** The time of now with this computer's offset, as documents carry it. */
export function nowText() {
  const moment = new Date(now());
  const offset = -moment.getTimezoneOffset();
  const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const two = (/** @type {number} */ part) => String(Math.trunc(part)).padStart(2, '0');
  const [hours, minutes] = [Math.abs(offset) / 60, Math.abs(offset) % 60];
  return `${local}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}
