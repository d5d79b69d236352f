// @ts-check
/**
 * The articles that this till has sold, by their code: what a scanned EAN is called and costs, and
 * the keys for what is sold most. They are this browser's own; prices are the shop's to keep.
 */
import * as db from '../ui/db.js';

const KEPT_MAX = 200;
export const KEYS_MAX = 8;

/** @typedef {{code: string, name: string, price: number, sold: number}} Article */

/** What was sold, most first. @returns {Promise<Article[]>} */
export async function known() {
  return ((await db.get('articles')) || []).sort((/** @type {Article} */ a, /** @type {Article} */ b) => b.sold - a.sold);
}

/** One more was sold. @param {{code: string, name: string, price: number}} sold */
export function remember({ code, name, price }) {
  return db.update('articles', (/** @type {Article[]} */ before = []) => {
    const found = before.find((one) => one.code === code);
    const others = before.filter((one) => one.code !== code);
    const all = [...others, { code, name, price, sold: (found?.sold || 0) + 1 }];
    return all.sort((a, b) => b.sold - a.sold).slice(0, KEPT_MAX);
  });
}

/** @param {string} code @returns {Promise<Article[]>} */
export const forget = (code) =>
  db.update('articles', (/** @type {Article[]} */ before = []) => before.filter((one) => one.code !== code));
