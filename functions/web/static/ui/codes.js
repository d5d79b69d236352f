// @ts-check
/** Card codes: 16 characters of Crockford's base32, the last by ISO 7064 MOD 37,36. */

export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const LENGTH = 16;
const SEAL_LENGTH = 120;

/** @typedef {{code: string, form: 'static' | 'rotating' | 'signed', tail: string}} Read */

export function checkCharacter(/** @type {string} */ body) {
  let carry = 36;
  for (const character of body) {
    carry = (carry + CHECK.indexOf(character)) % 36 || 36;
    carry = (carry * 2) % 37;
  }
  return CHECK[(37 - carry) % 36];
}

/** What a person typed or a reader sent, as a code: O reads as 0, I and L as 1. */
export function normalise(/** @type {string} */ typed) {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

export function isCardCode(/** @type {string} */ code) {
  return (
    code.length === LENGTH &&
    [...code].every((character) => ALPHABET.includes(character)) &&
    checkCharacter(code.slice(0, -1)) === code.at(-1)
  );
}

/**
 * What a reader read: the card's code and what follows it; null where it is no code of ours.
 * @param {string} text
 * @returns {Read | null}
 */
export function readCode(text) {
  const whole = normalise(text);
  const code = whole.slice(0, LENGTH);
  const tail = whole.slice(LENGTH);
  if (!isCardCode(code)) return null;
  if (!tail) return { code, form: 'static', tail };
  if (/^\d{8}$/.test(tail)) return { code, form: 'rotating', tail };
  const sealed = tail.length === SEAL_LENGTH && [...tail].every((one) => ALPHABET.includes(one));
  return sealed ? { code, form: 'signed', tail } : null;
}

/** A code in fours, as people read it out. */
export function spaced(/** @type {string} */ code) {
  return (code.match(/.{1,4}/g) || []).join(' ');
}
