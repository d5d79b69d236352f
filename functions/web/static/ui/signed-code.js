// @ts-check
/**
 * Signed card codes, checked without a network. Nothing is fetched: what `GET /v1/setup` said
 * before the outage is enough. The bytes are those of `domain/signed_codes.py`.
 */
import { ALPHABET, readCode } from './codes.js';

const HEADER_BYTES = 11;
const FORM = 1;
const HOUR_MS = 3_600_000;
const CONTEXT = new TextEncoder().encode('tessera card code 1\0');

/**
 * @typedef {{id: number, public_key: string}} Key
 * @typedef {{programme: string, codes: {mark: string}}} Programme
 * @typedef {{code: string, programme: string, expiresAtMs: number, allowance: number}} Verified
 */

/** Why a code does not hold; `code` is the problem's code, as the API names it. */
export class CodeRefused extends Error {
  constructor(/** @type {string} */ code) {
    super(code);
    this.code = code;
  }
}

/**
 * What a signed code says, once it holds. Rejects with CodeRefused: `card_code_malformed`,
 * `code_signature_wrong`, `code_key_unknown`, `code_foreign`, `code_expired`; with
 * `code_unverifiable` in a browser that knows no Ed25519.
 * @param {string} text
 * @param {{code_keys: Key[], programmes: Programme[]}} setup
 * @param {number} nowMs
 * @returns {Promise<Verified>}
 */
export async function verifySignedCode(text, setup, nowMs) {
  const read = readCode(text);
  if (!read || read.form !== 'signed') throw new CodeRefused('card_code_malformed');
  const bytes = fromBase32(read.tail);
  const header = bytes.subarray(0, HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== FORM) throw new CodeRefused('code_signature_wrong');
  const key = setup.code_keys.find((one) => one.id === bytes[1]);
  if (!key) throw new CodeRefused('code_key_unknown');
  const message = joined([CONTEXT, new TextEncoder().encode(read.code), header]);
  if (!(await holds(key, bytes.subarray(HEADER_BYTES), message))) {
    throw new CodeRefused('code_signature_wrong');
  }
  const mark = [...bytes.subarray(2, 4)].map((one) => one.toString(16).padStart(2, '0')).join('');
  const programme = setup.programmes.find((one) => one.codes.mark === mark);
  if (!programme) throw new CodeRefused('code_foreign');
  const expiresAtMs = ((bytes[4] << 16) | (bytes[5] << 8) | bytes[6]) * HOUR_MS;
  if (nowMs >= expiresAtMs) throw new CodeRefused('code_expired');
  const allowance = view.getUint32(7);
  return { code: read.code, programme: programme.programme, expiresAtMs, allowance };
}

/**
 * @param {Key} key
 * @param {Uint8Array<ArrayBuffer>} signature
 * @param {Uint8Array<ArrayBuffer>} message
 */
async function holds(key, signature, message) {
  let imported;
  try {
    imported = await crypto.subtle.importKey(
      'raw', fromBase64(key.public_key), { name: 'Ed25519' }, false, ['verify'],
    );
  } catch {
    throw new CodeRefused('code_unverifiable');
  }
  return crypto.subtle.verify({ name: 'Ed25519' }, imported, signature, message);
}

/** @param {string} text of 8 characters or a multiple */
function fromBase32(text) {
  const bytes = new Uint8Array((text.length * 5) / 8);
  let pending = 0;
  let bits = 0;
  let place = 0;
  for (const character of text) {
    pending = ((pending << 5) | ALPHABET.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[place] = (pending >> bits) & 0xff;
      place += 1;
    }
  }
  return bytes;
}

function fromBase64(/** @type {string} */ text) {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(standard), (one) => one.charCodeAt(0));
}

function joined(/** @type {Uint8Array[]} */ parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
