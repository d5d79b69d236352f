// @ts-check
/** What a face keeps in the browser: settings by name, and waiting requests by id. */

const VERSION = 1;

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('tessera-till', VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('settings');
      request.result.createObjectStore('outbox', { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/**
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>} once the transaction is on disk
 */
async function run(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: 'strict' });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
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
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('settings', 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore('settings');
    const request = store.get(name);
    let made = /** @type {any} */ (undefined);
    request.onsuccess = () => store.put((made = make(request.result)), name);
    transaction.oncomplete = () => resolve(made);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const forget = (/** @type {string} */ name) =>
  run('settings', 'readwrite', (s) => s.delete(name));

/** Forget every setting whose name begins so. */
export const forgetAll = (/** @type {string} */ prefix) =>
  run('settings', 'readwrite', (s) => s.delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));

export const rows = (/** @type {string} */ store) => run(store, 'readonly', (s) => s.getAll());
export const put = (/** @type {string} */ store, /** @type {unknown} */ row) =>
  run(store, 'readwrite', (s) => s.put(row));
export const remove = (/** @type {string} */ store, /** @type {string} */ id) =>
  run(store, 'readwrite', (s) => s.delete(id));
