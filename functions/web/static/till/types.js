// @ts-check
/** What the till's modules hand each other. Only words: no page asks for this file. */

/**
 * @typedef {{
 *   id: string, name: string, store: string, training: boolean, currency: string, live: boolean,
 *   programmes: {programme: string, name: string, currency: string, zone: string}[], mark: string,
 *   programme?: string,
 * }} Session
 * @typedef {{name: string, [more: string]: any}} Screen
 * @typedef {{
 *   session: Session, shift: Shift, call: import('../ui/api.js').Call,
 *   outbox: import('./outbox.js').Outbox,
 *   online: boolean, items: Item[], go: (screen: Screen) => void,
 *   next: () => void, fail: (error: unknown) => void,
 *   onCode: (text: string, source?: 'camera' | 'reader' | 'hand') => void, pick: (member: string) => void,
 *   onArticle: (listener: ((code: string) => void) | null) => void,
 *   busy: boolean, setBusy: (busy: boolean) => void, setDirty: (dirty: boolean) => void, signOut: () => void, lock: () => void,
 *   setSession: (session: Session) => void, prefer: (programme: string) => void,
 * }} Till
 */

/**
 * @typedef {{
 *   id: string, path: string, body: any, at: number, who: string, clerk?: string,
 *   state: 'waiting' | 'conflict', reason?: string, title?: string, seal?: string,
 * }} Item
 * `clerk` is the session in which it was made; what is signed is signed when it is sent. `seal` is
 * the signed code that was shown: while the item waits, it is not taken again.
 */

/**
 * @typedef {{session: string, clerk: string, name: string, opened_at: string, ends_at: string}} Shift
 * @typedef {{clerk: string, name: string, ends_at: string, salt: Uint8Array, iv: Uint8Array,
 *   sealed: ArrayBuffer, tries: number}} Sealed
 */

export {};
