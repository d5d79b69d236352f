// @ts-check
/** Texts of a face in French and English, and the reader's ways with numbers and dates. */

export const LANGUAGES = ['fr', 'en'];

/** @typedef {Record<string, string>} Catalogue */

// English here is European: days before months, 24 hours.
const LOCALES = /** @type {Record<string, string>} */ ({ en: 'en-GB', fr: 'fr-FR' });

/** @type {{language: string, catalogue: Catalogue, plural: Intl.PluralRules}} */
const current = { language: 'en', catalogue: {}, plural: new Intl.PluralRules('en') };

/** The language to begin with: the one chosen before, else the browser's, else English. */
export function preferredLanguage(/** @type {string | undefined} */ chosen) {
  const wanted = [chosen, ...navigator.languages].map((tag) => (tag || '').slice(0, 2));
  return wanted.find((tag) => LANGUAGES.includes(tag)) || 'en';
}

/**
 * Load a face's catalogue and make it the current one.
 * @param {string} base address of the folder that holds fr.json and en.json
 * @param {string} language
 */
export async function useLanguage(base, language) {
  const answer = await fetch(`${base}/${language}.json`);
  const catalogue = await answer.json();
  current.catalogue = language === 'fr' ? unbroken(catalogue) : catalogue;
  current.language = language;
  current.plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** French sets off its double signs by a space at which no line may break. */
function unbroken(/** @type {Catalogue} */ catalogue) {
  const held = (/** @type {string} */ text) =>
    text.replace(/ ([?!;])/g, '\u202f$1').replace(/ ([:»])/g, '\u00a0$1').replace(/« /g, '«\u00a0');
  return Object.fromEntries(Object.entries(catalogue).map(([key, text]) => [key, held(text)]));
}

export function language() {
  return current.language;
}

/** How numbers and dates are written. */
export function locale() {
  return LOCALES[current.language];
}

/**
 * The text of a key, its parameters filled in. A parameter `n` chooses between the key's plural
 * forms `key_one`, `key_many` and `key_other`. A key that is missing shows itself, and fails a test.
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 */
export function t(key, params = {}) {
  let found = current.catalogue[key];
  if (typeof params.n === 'number') {
    const form = current.plural.select(params.n);
    found = current.catalogue[`${key}_${form}`] ?? current.catalogue[`${key}_other`] ?? found;
  }
  if (found === undefined) return key;
  return found.replace(/{(\w+)}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/** Whether the catalogue has the key. */
export function has(/** @type {string} */ key) {
  return current.catalogue[key] !== undefined;
}

export function number(/** @type {number} */ value, decimals = 0) {
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** A date from `YYYY-MM-DD`, whatever the zone of this computer. */
export function day(/** @type {string} */ iso) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${iso}T00:00:00Z`),
  );
}

export function time(/** @type {number} */ ms) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(new Date(ms));
}
