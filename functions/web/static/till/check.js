// @ts-check
/**
 * A card's code is looked at before anything is asked or sold: its form and check character
 * always, and where it is signed its signature, programme and expiry. What is refused here never
 * leaves the till.
 */
import { LENGTH, isCardCode, normalise, readCode, spaced } from '../ui/codes.js';
import { t, time } from '../ui/i18n.js';
import { CodeRefused, verifySignedCode } from '../ui/signed-code.js';
import * as setup from './setup.js';

const SEALED_LENGTH = 136;
/** What news of the server may mend: a key that was added, a programme, a clock. */
const MENDABLE = ['code_key_unknown', 'code_foreign', 'code_expired'];

/**
 * @typedef {{code: string, seal: string, checked: boolean}} Checked
 * `code` is the card's; `seal` the signed part behind it, empty in other forms; `checked` whether
 * this browser found the signature right. Without a signature nothing is there to be checked.
 */

/** What the page itself refuses, in the reader's language; `code` says which, as the API does. */
export class Refusal extends Error {
  /** @param {string} code @param {Record<string, string>} [params] */
  constructor(code, params) {
    super(t(code, params));
    this.code = code;
  }
}

/**
 * What is wrong with a text that is no code.
 * @param {string} text
 * @param {boolean} [meant] whether a person typed it as a card's code; a reader reads anything
 * @returns {Refusal}
 */
export function slipIn(text, meant = false) {
  const whole = normalise(text);
  const code = whole.slice(0, LENGTH);
  const ours = /^[0-9A-Z]+$/.test(whole) && whole.length <= SEALED_LENGTH;
  if (ours && isCardCode(code)) return new Refusal('code_cut');
  const alike = [LENGTH, LENGTH + 8, SEALED_LENGTH].includes(whole.length) && /[A-Z]/.test(whole);
  if (meant || (ours && alike)) return new Refusal('code_slip', { code: spaced(code) });
  return new Refusal('code_unknown');
}

/**
 * Check what was read or typed, with the network or without it.
 * @param {string} text
 * @param {import('../ui/api.js').Call} call
 * @returns {Promise<Checked>} rejects with a Refusal
 */
export async function checkCode(text, call) {
  const read = readCode(text);
  if (!read) throw slipIn(text);
  const { code } = read;
  if (read.form !== 'signed') return { code, seal: '', checked: false };
  let wrong = await wrongWith(text);
  if (MENDABLE.includes(wrong)) {
    const told = await setup.refresh(call).then(() => true, () => false);
    if (told) wrong = await wrongWith(text);
  }
  // A browser that can't check says nothing against the code: the server does, when it is there.
  if (wrong && wrong !== 'code_unverifiable') throw new Refusal(wrong);
  return { code, seal: read.tail, checked: !wrong };
}

/** Why a signed code does not hold; empty where it does. */
async function wrongWith(/** @type {string} */ text) {
  const known = await setup.codes();
  if (!known) return 'code_unverifiable';
  try {
    await verifySignedCode(text, known, Date.now() + known.ahead_ms);
    return '';
  } catch (error) {
    if (error instanceof CodeRefused) return error.code;
    throw error;
  }
}

/**
 * Without network a signed code is good for one sale: whoever shows it again while that sale still
 * waits here may show a copy. Whoever is really there again has the sixteen characters. What other
 * tills sold meanwhile nobody here can know.
 * @param {Checked} card
 * @param {import('./types.js').Item[]} items
 */
export function refuseReplay(card, items) {
  const before = items.find((item) => item.seal === card.seal && item.state === 'waiting');
  if (before) throw new Refusal('code_replayed', { time: time(before.at) });
}

/** Whether this browser can check signatures by itself; Ed25519 came to them from 2023 to 2025. */
export function canVerify() {
  // The base point of the curve, which is a key like any other (RFC 8032, 5.1).
  const point = new Uint8Array(32).fill(0x66);
  point[0] = 0x58;
  return crypto.subtle
    .importKey('raw', point, { name: 'Ed25519' }, false, ['verify'])
    .then(() => true, () => false);
}
