// @ts-check
/**
 * This browser as an enrolled till: a key that can't leave it, and the signature of each request
 * (HTTP Message Signatures, RFC 9421; the profile is the server's `signed_request.py`).
 */
import { Problem, caller } from '../ui/api.js';
import * as db from '../ui/db.js';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGN = { name: 'ECDSA', hash: 'SHA-256' };
const COVERED = ['idempotency-key', 'tessera-clerk'];

/** How far the server's clock is ahead of this one. */
let ahead_ms = 0;

/**
 * Make a key and register its public half under the code of an invitation. The key is kept before
 * anything is sent: where the answer gets lost, the same key asks again.
 * @param {string} code
 * @returns {Promise<any>} the till
 */
export async function enrol(code) {
  let pair = /** @type {CryptoKeyPair | undefined} */ (await db.get('till-key'));
  if (!pair) {
    // Not extractable: nothing on this page, ours or a stranger's, can read the private half.
    pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, false, ['sign']));
    await db.set('till-key', pair);
  }
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  // The code is its credential: nobody knows the key yet.
  const call = caller({ sign: async () => {} });
  return call('/v1/tills/enrol', { body: { code, public_key: { kty, crv, x, y } } });
}

/**
 * Sign a request: adds what the signature needs to its headers.
 * @param {string} till
 * @param {{method: string, path: string, body: string, headers: Headers}} request
 */
export async function sign(till, { method, path, body, headers }) {
  const pair = /** @type {CryptoKeyPair | undefined} */ (await db.get('till-key'));
  if (!pair) throw new Problem(401, {});
  const bytes = new TextEncoder();
  const digest = await crypto.subtle.digest('SHA-256', bytes.encode(body));
  headers.set('Authorization', `Till ${till}`);
  headers.set('Content-Digest', `sha-256=:${base64(digest)}:`);
  const [place, query = ''] = path.split('?');
  const covered = [
    ['@method', method],
    ['@path', place],
    ['@query', `?${query}`],
    ['authorization', headers.get('Authorization')],
    ['content-digest', headers.get('Content-Digest')],
    ...COVERED.filter((name) => headers.has(name)).map((name) => [name, headers.get(name)]),
  ];
  const now_ms = Date.now() + ahead_ms;
  // Higher with each request, in every window of this browser and after a clock that went back.
  const nonce = await db.update('nonce', (last) => Math.max((last || 0) + 1, now_ms * 1000));
  const names = covered.map(([name]) => `"${name}"`).join(' ');
  const parameters = `(${names});created=${Math.floor(now_ms / 1000)};nonce="${nonce}"`;
  const lines = covered.map(([name, value]) => `"${name}": ${value}`);
  const base = [...lines, `"@signature-params": ${parameters}`].join('\n');
  const signature = await crypto.subtle.sign(SIGN, pair.privateKey, bytes.encode(base));
  headers.set('Signature-Input', `till=${parameters}`);
  headers.set('Signature', `till=:${base64(signature)}:`);
}

/**
 * Whether a refusal is of the signature alone, so that signing anew may mend it.
 * @param {string} code
 * @param {Headers} headers of the refusal
 */
export function mend(code, headers) {
  if (code === 'request_replayed') return true;
  if (code !== 'signature_time') return false;
  const told = Date.parse(headers.get('Date') || '');
  if (Number.isNaN(told)) return false;
  ahead_ms = told - Date.now();
  return true;
}

function base64(/** @type {ArrayBuffer} */ buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
