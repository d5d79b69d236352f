// @ts-check
/** A basket by lines: scanned, by a key, or typed; the whole is their sum. */
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { number, t } from '../ui/i18n.js';
import { digitsOf, money, parseAmount } from '../ui/money.js';
import { KEYS_MAX, known, remember } from './articles.js';
import { totalOf } from './lines.js';
import { Field } from './parts.js';

/** @typedef {import('./lines.js').Line} Line */

/**
 * @param {{till: import('./types.js').Till, lines: Line[], onLines: (lines: Line[]) => void,
 *   quoted: Record<number, {discount: number, earned: Record<string, number>}>}} props
 */
export function Lines({ till, lines, onLines, quoted }) {
  const { currency } = till.session;
  const digits = digitsOf(currency);
  const [articles, setArticles] = useState(/** @type {import('./articles.js').Article[]} */ ([]));
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const [price, setPrice] = useState('');
  const now = useRef({ lines, articles });
  now.current = { lines, articles };
  const amount = price === '' ? null : parseAmount(price, digits);

  const add = (/** @type {{code: string, name: string, price: number}} */ sold) => {
    const before = now.current.lines;
    const same = before.find((line) => line.code === sold.code && line.price === sold.price);
    onLines(
      same
        ? before.map((line) => (line === same ? { ...line, quantity: line.quantity + 1 } : line))
        : [...before, { code: sold.code, name: sold.name, price: sold.price, quantity: 1 }],
    );
    remember(sold).then(setArticles);
  };
  const pick = async (/** @type {string} */ read) => {
    const found =
      now.current.articles.find((one) => one.code === read) || (await inCatalogue(till, read));
    if (found) {
      add(found);
      return;
    }
    // Nobody knows it yet: its name and price are asked for once.
    setCode(read);
    document.getElementById('line-name')?.focus();
  };
  useEffect(() => {
    known().then(setArticles);
    till.onArticle(pick);
    return () => till.onArticle(null);
  }, []);

  const submit = () => {
    if (!amount) return;
    const called = name.trim() || code.trim() || t('line_unnamed');
    add({ code: (code.trim() || called).slice(0, 64), name: called, price: amount });
    setCode('');
    setName('');
    setPrice('');
    document.getElementById('line-code')?.focus();
  };
  const change = (/** @type {number} */ place, /** @type {number} */ by) =>
    onLines(
      lines
        .map((line, index) => (index === place ? { ...line, quantity: line.quantity + by } : line))
        .filter((line) => line.quantity > 0),
    );
  // Enter in these fields adds the line; it does not confirm the sale.
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    if (amount) submit();
    else document.getElementById(name || !code ? 'line-price' : 'line-name')?.focus();
  };
  return html`<div class="lines">
    ${articles.length > 0 &&
    html`<fieldset class="plain keys">
      <legend class="hidden">${t('line_keys')}</legend>
      ${articles.slice(0, KEYS_MAX).map(
        (one) => html`<button type="button" class="secondary" key=${one.code} onClick=${() => add(one)}>
          ${one.name}<small>${money(one.price, currency)}</small></button>`,
      )}
    </fieldset>`}
    <ul>
      ${lines.map((line, place) => {
        const found = quoted[place];
        return html`<li key=${`${line.code}/${line.price}`}>
          <span class="what"><b>${line.name}</b>
            <small>${money(line.price, currency)}${
              found?.discount > 0 ? ` · −${money(found.discount, currency)}` : ''
            }</small></span>
          <span class="count">
            <button type="button" class="secondary" aria-label=${t('line_less', { name: line.name })}
              onClick=${() => change(place, -1)}>−</button>
            <b>${line.quantity}</b>
            <button type="button" class="secondary" aria-label=${t('line_more', { name: line.name })}
              onClick=${() => change(place, 1)}>+</button>
          </span>
          <b class="sum">${money(line.price * line.quantity, currency)}</b>
        </li>`;
      })}
    </ul>
    <div class="line-new" onKeyDown=${onKeyDown}>
      <${Field} id="line-code" data-codes="any" label=${t('line_code')} autocomplete="off" maxlength="64" value=${code}
        onInput=${(/** @type {any} */ event) => {
          setCode(event.target.value);
          const found = articles.find((one) => one.code === event.target.value.trim());
          if (found) {
            setName(found.name);
            setPrice(number(found.price / 10 ** digits, digits));
          }
        }} />
      <${Field} id="line-name" label=${t('line_name')} autocomplete="off" maxlength="64" value=${name}
        onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
      <${Field} id="line-price" label=${t('line_price', { currency })} inputmode="decimal"
        autocomplete="off" maxlength="14" value=${price}
        error=${price !== '' && !amount ? t('amount_wrong') : ''}
        onInput=${(/** @type {any} */ event) => setPrice(event.target.value)} />
      <button type="button" class="secondary" disabled=${!amount} onClick=${submit}>${t('line_add')}</button>
    </div>
    <p class="total"><span>${t('total')}</span><b>${money(totalOf(lines), currency)}</b></p>
  </div>`;
}

/** What the merchant's catalogue says of an article; null where it says nothing, or can't now. */
async function inCatalogue(/** @type {import('./types.js').Till} */ till, /** @type {string} */ code) {
  try {
    const { name, price } = await till.call(`/v1/articles/${encodeURIComponent(code)}`);
    const known = price && price.currency === till.session.currency && price.amount > 0;
    return known ? { code, name, price: price.amount } : null;
  } catch {
    return null;
  }
}
