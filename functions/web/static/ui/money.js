// @ts-check
/** Amounts: integers in the smallest unit everywhere but on the screen. */
import { has, locale, number, t } from './i18n.js';

// ISO 4217's exponents that are not 2. The browser's own differ for some (MGA).
const DIGITS = /** @type {Record<string, number>} */ ({
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, VND: 0,
  VUV: 0, XAF: 0, XOF: 0, XPF: 0, BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3,
});

// A sign that sets off thousands is never the one before the cents; alone it is read as the latter.
const AMOUNTS = [
  /^\d{1,9}(?:[.,]\d*)?$/,
  /^[.,]\d+$/,
  /^\d{1,3}(?:[\s'’]\d{3}){1,2}(?:[.,]\d*)?$/,
  /^\d{1,3}(?:\.\d{3}){1,2},\d*$/,
  /^\d{1,3}(?:,\d{3}){1,2}\.\d*$/,
];

export function digitsOf(/** @type {string} */ currency) {
  return DIGITS[currency] ?? 2;
}

/**
 * What a person typed as an amount: comma or point before the cents, thousands in threes, so that
 * nothing is read as a hundred times what was meant.
 * @param {string} typed
 * @param {number} digits
 * @returns {number | null} the smallest units; null for what is no amount
 */
export function parseAmount(typed, digits) {
  const text = typed.trim();
  if (!AMOUNTS.some((form) => form.test(text))) return null;
  const [, whole, fraction = ''] = /** @type {RegExpExecArray} */ (/^(.*?)(?:[.,](\d*))?$/.exec(text));
  if (fraction.length > digits) return null;
  return Number(whole.replace(/\D/g, '') + fraction.padEnd(digits, '0'));
}

/** An amount of money as people write it. */
export function money(/** @type {number} */ amount, /** @type {string} */ currency) {
  const digits = digitsOf(currency);
  return new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/**
 * So much of a balance, with its unit.
 * @param {number} amount
 * @param {{kind: string, decimals: number, currency: string | null}} balance
 */
export function value(amount, balance) {
  if (balance.currency) return money(amount, balance.currency);
  const shown = number(amount / 10 ** balance.decimals, balance.decimals);
  const unit = balance.kind === 'stamps' && has('stamps_other') ? 'stamps' : 'points';
  return t(unit, { n: amount / 10 ** balance.decimals, shown });
}
