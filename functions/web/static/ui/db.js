// @ts-check
/** What a face keeps in the browser: settings by name, and waiting requests by id. */
import { t } from './i18n.js';

const VERSION = 1;

/** The browser keeps nothing: its storage is refused (a private window), full, or gone. */
export class KeepsNothing extends Error {
  constructor(/** @type {unknown} */ cause) {
    super(t('keeps_nothing'), { cause });
  }
}

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('tessera-till', VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('settings');
      request.result.createObjectStore('outbox', { keyPath: 'id' });
    };
    request.onsuccess = () => {
      // The browser may close it, where somebody clears its data: the next use opens it again.
      request.result.onclose = () => (opened = undefined);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/**
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @param {IDBTransactionDurability} [durability]
 * @returns {Promise<T>} once the transaction is on disk; rejects with KeepsNothing
 */
async function run(store, mode, act, durability = 'strict') {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability });
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } catch (error) {
    throw new KeepsNothing(error);
  }
}

export const get = (/** @type {string} */ name) => run('settings', 'readonly', (s) => s.get(name));
export const set = (/** @type {string} */ name, /** @type {unknown} */ value) =>
  run('settings', 'readwrite', (s) => s.put(value, name));

/**
 * Replace a setting by what is made of it, in one transaction over all windows.
 * @param {string} name
 * @param {(before: any) => any} make
 * @returns {Promise<any>} the new one
 */
export async function update(name, make) {
  let made = /** @type {any} */ (undefined);
  const act = (/** @type {IDBObjectStore} */ store) => {
    const request = store.get(name);
    request.onsuccess = () => store.put((made = make(request.result)), name);
    return request;
  };
  await run('settings', 'readwrite', act, 'relaxed');
  return made;
}

export const forget = (/** @type {string} */ name) =>
  run('settings', 'readwrite', (s) => s.delete(name));

/** Forget every setting but those named. */
export async function forgetAllBut(/** @type {string[]} */ kept) {
  const names = await run('settings', 'readonly', (s) => s.getAllKeys());
  for (const name of names) if (!kept.includes(String(name))) await forget(String(name));
}

export const rows = (/** @type {string} */ store) => run(store, 'readonly', (s) => s.getAll());
export const put = (/** @type {string} */ store, /** @type {unknown} */ row) =>
  run(store, 'readwrite', (s) => s.put(row));
/** Replace a row, in one transaction; one that is gone stays gone. */
export const amend = (
  /** @type {string} */ store,
  /** @type {string} */ id,
  /** @type {object} */ change,
) =>
  run(store, 'readwrite', (s) => {
    const request = s.get(id);
    request.onsuccess = () => request.result && s.put({ ...request.result, ...change });
    return request;
  });
export const remove = (/** @type {string} */ store, /** @type {string} */ id) =>
  run(store, 'readwrite', (s) => s.delete(id));
