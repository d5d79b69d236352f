// @ts-check
/**
 * Sales and returns on their way. Each is written down before it is sent and struck off when the
 * answer is here; a document's number makes sending it again harmless.
 */
import { Problem } from '../ui/api.js';
import * as db from '../ui/db.js';
import { nowText } from './clock.js';

const RETRY_MS_MIN = 1000;
const RETRY_MS_MAX = 30_000;

/** @typedef {import('./types.js').Item} Item */

export class Outbox {
  /** @type {Set<string>} */ #sending = new Set();
  #flushing = false;
  #wait = RETRY_MS_MIN;
  #timer = 0;

  /**
   * @param {() => import('../ui/api.js').Call | null} call null while nobody is signed in
   * @param {(items: Item[]) => void} onChange
   */
  constructor(call, onChange) {
    this.call = call;
    this.onChange = onChange;
    // Not every browser can send in the background: on return of the network, at each start, and
    // on a timer while anything waits.
    addEventListener('online', () => this.now());
    navigator.storage?.persist?.();
  }

  /** @returns {Promise<Item[]>} oldest first */
  async items() {
    const found = /** @type {Item[]} */ (await db.rows('outbox'));
    return found.sort((a, b) => a.at - b.at);
  }

  async changed() {
    const items = await this.items();
    this.onChange(items);
    clearTimeout(this.#timer);
    if (!items.some((item) => item.state === 'waiting')) {
      this.#wait = RETRY_MS_MIN;
      return;
    }
    this.#timer = setTimeout(() => this.flush(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, RETRY_MS_MAX);
  }

  /**
   * Write an item down and send it.
   * @param {Item} item
   * @param {boolean} [mayWait] whether it is as good later, when nobody answers now
   * @returns {Promise<any>} the answer, or null while it waits. Raises the problem of a refusal, and
   *   what else came of an item that may not wait: the cashier is there and sees it, so nothing is
   *   kept.
   */
  async send(item, mayWait = true) {
    await db.put('outbox', item);
    try {
      return await this.#deliver(item);
    } catch (error) {
      const refused = error instanceof Problem && !error.isTemporary;
      if (refused || !mayWait) {
        // A till that was refused keeps nothing that could be sent for it later.
        await db.remove('outbox', item.id);
        await this.changed();
        if (refused && error.code === 'time_in_future') await this.#learnTheTime();
        throw error;
      }
      await this.changed();
      return null;
    }
  }

  /** Send what waits, at once: there is reason to believe in the network. */
  async now() {
    this.#wait = RETRY_MS_MIN;
    await this.flush();
  }

  /** Send what waits, in order. What is refused now is kept as a conflict until it is settled. */
  async flush() {
    if (this.#flushing || !this.call()) return;
    this.#flushing = true;
    try {
      await (navigator.locks?.request('tessera-outbox', () => this.#drain()) ?? this.#drain());
    } finally {
      this.#flushing = false;
    }
    await this.changed();
  }

  async #drain() {
    for (const item of await this.items()) {
      if (item.state === 'conflict' || this.#sending.has(item.id)) continue;
      try {
        await this.#deliver(item);
      } catch (error) {
        // A till that was revoked will not send it: a person has to settle it, and can see why.
        const refused = error instanceof Problem && !error.isTemporary;
        // What fails with this one need not fail with the next.
        if (error instanceof Problem && error.status === 500) continue;
        if (!refused || (error.isSignedOut && !error.isRevoked)) break;
        const found = { state: 'conflict', reason: error.message, title: error.code };
        await db.amend('outbox', item.id, found);
        await this.changed();
      }
    }
  }

  async #deliver(/** @type {Item} */ item) {
    const call = this.call();
    if (!call) throw new Problem(401, {});
    this.#sending.add(item.id);
    try {
      const { body, clerk } = item;
      // A header takes ASCII, and at most 255 of it; the document is what makes a sale the same.
      const key = encodeURIComponent(item.id).slice(0, 255);
      const answer = await call(item.path, { body, key, clerk });
      await db.remove('outbox', item.id);
      await this.changed();
      return answer;
    } finally {
      this.#sending.delete(item.id);
    }
  }

  /** This computer's clock was set since it was learnt: what is made next is dated right. */
  async #learnTheTime() {
    const call = this.call();
    const { refresh } = await import('./setup.js');
    if (call) await refresh(call).catch(() => {});
  }

  /**
   * Send a conflict again. Where nobody stood at the till when it was made, whoever stands there
   * now answers for it, from now.
   * @param {Item} item
   * @param {string} clerk his session
   */
  async retry(item, clerk) {
    const mine = item.title?.startsWith('clerk_')
      ? { clerk, body: { ...item.body, occurred_at: nowText() } }
      : {};
    await db.put('outbox', { ...item, ...mine, state: 'waiting', reason: undefined });
    await this.changed();
    await this.now();
  }

  /** A person has settled it by other means. */
  async settle(/** @type {string} */ id) {
    await db.remove('outbox', id);
    await this.changed();
  }
}
