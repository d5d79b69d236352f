// @ts-check
/** Goods that come back: the sale is found by its receipt, then its lines, an amount, or all. */
import { NoAnswer } from '../ui/api.js';
import { html, useRef, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import { digitsOf, money, parseAmount } from '../ui/money.js';
import * as sound from '../ui/sound.js';
import { documentNumber } from './basket.js';
import * as clock from './clock.js';
import { Field } from './parts.js';
import { ReturnPreview, recordReturn } from './returning.js';
import { UNDO_MS, Undo } from './undo.js';

const MILLI = 1000;

/** @param {{till: import('./types.js').Till}} props */
export function Return({ till }) {
  const { session } = till;
  const [number, setNumber] = useState('');
  const [sale, setSale] = useState(/** @type {any} */ (null));
  const [counts, setCounts] = useState(/** @type {Record<number, number>} */ ({}));
  const [typed, setTyped] = useState('');
  const [trouble, setTrouble] = useState('');
  const [blind, setBlind] = useState(false);
  const [busy, setBusy] = useState(false);
  const own = useRef(`R${documentNumber(session)}`);
  const asked = useRef('');
  const digits = digitsOf(sale?.currency || session.currency);
  const amount = typed === '' ? null : parseAmount(typed, digits);
  const wrong = typed !== '' && !amount;
  // A sale that was entered as one amount has one line, without an article.
  const byAmount = blind || (sale?.lines.length === 1 && !sale.lines[0].article);

  const changed = (/** @type {() => void} */ keep) => {
    // What is asked for changes: it is another credit note.
    own.current = `R${documentNumber(session)}`;
    setTrouble('');
    keep();
  };
  asked.current = number;
  const find = async () => {
    setBusy(true);
    try {
      const document = { store: session.store, number: number.trim() };
      const found = await till.call('/v1/purchases/find', { body: { document } });
      // Another number was typed meanwhile: that sale is not this one.
      if (asked.current !== number) return;
      setSale(found);
      setCounts({});
      setTyped('');
    } catch (error) {
      if (asked.current !== number) return;
      // Without network the sale can't be shown; the return waits like a sale does.
      if (error instanceof NoAnswer) setBlind(true);
      else {
        sound.no();
        setTrouble(error instanceof Error ? error.message : String(error));
      }
    } finally {
      setBusy(false);
    }
  };
  const chosen = Object.entries(counts).filter(([, count]) => count > 0);
  const lines = byAmount
    ? amount && [{ line: 0, amount }]
    : chosen.length && chosen.map(([line, count]) => ({ line: Number(line), quantity: count }));
  const what = {
    original: { store: session.store, number: number.trim() }, ...(lines ? { lines } : {}),
  };
  const send = async () => {
    setBusy(true);
    setTrouble('');
    const who = t('return_of', { number: number.trim() });
    setTrouble(await recordReturn(till, { number: own.current, what, who }));
    setBusy(false);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || wrong) return;
    if (sale || blind) send();
    else find();
  };
  const some = byAmount ? amount : Object.values(counts).some((count) => count > 0);
  return html`<form class="card narrow" onSubmit=${submit}>
    <h1>${t('return')}</h1>
    <p>${blind ? t('return_blind') : sale ? t('return_what', { name: sale.greeting || t('no_name') }) : t('return_more')}</p>
    <${Field} id="original" data-codes="any" label=${t('original')} required maxlength="128" autocomplete="off"
      autofocus value=${number}
      onInput=${(/** @type {any} */ event) =>
        changed(() => (setNumber(event.target.value), setSale(null), setBlind(false)))} />
    ${sale && !byAmount &&
    html`<ul class="return-lines">
      ${sale.lines.map(
        (/** @type {any} */ line) => html`<${ReturnLine} key=${line.line} line=${line} currency=${sale.currency}
          count=${counts[line.line] || 0}
          onCount=${(/** @type {number} */ count) => changed(() => setCounts({ ...counts, [line.line]: count }))} />`,
      )}
    </ul>`}
    ${byAmount &&
    html`<${Field} id="returned" label=${t('returned_amount', { currency: sale?.currency || session.currency })}
      inputmode="decimal" autocomplete="off" maxlength="14" value=${typed}
      hint=${sale ? t('returned_left', { amount: money(sale.lines[0].net - sale.lines[0].returned_amount, sale.currency) }) : t('returned_hint')}
      error=${wrong ? t('amount_wrong') : ''}
      onInput=${(/** @type {any} */ event) => changed(() => setTyped(event.target.value))} />`}
    ${sale && !sale.lines.some((/** @type {any} */ line) => line.returned_milli || line.returned_amount) &&
    html`<${Undo} till=${till} document=${sale.document} view=${null} look="outline small"
      left=${Date.parse(sale.recorded_at) + UNDO_MS - clock.now()} />`}
    <${ReturnPreview} till=${till} body=${
      sale && !wrong ? { document: { store: session.store, number: '?' }, ...what } : null
    } />
    ${!sale && !blind && html`<p class="hint">${t('lost_other')}</p>`}
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
      <button type="submit" aria-busy=${busy}>
        ${!sale && !blind ? t('find') : some ? t('return_do') : t('return_all')}
      </button>
    </footer>
  </form>`;
}

/** One line of the sale, and how many of it come back; weighed goods come back whole. */
function ReturnLine(/** @type {any} */ { line, currency, count, onCount }) {
  const left = line.quantity_milli - line.returned_milli;
  const pieces = left % MILLI === 0;
  const most = pieces ? left / MILLI : 1;
  const gone = left <= 0 || line.returned_amount > 0;
  const name = line.name || line.article || t('line_unnamed');
  return html`<li class=${gone ? 'gone' : ''}>
    <span class="what"><b>${name}</b>
      <small>${line.quantity_milli / MILLI} · ${money(line.net, currency)}${gone ? ` · ${t('returned_already')}` : ''}</small></span>
    <span class="count">
      <button type="button" class="secondary" aria-label=${t('line_less', { name })} disabled=${count === 0}
        onClick=${() => onCount(count - 1)}>−</button>
      <b>${count}</b>
      <button type="button" class="secondary" aria-label=${t('line_more', { name })}
        disabled=${gone || count >= most} onClick=${() => onCount(count + 1)}>+</button>
    </span>
  </li>`;
}
