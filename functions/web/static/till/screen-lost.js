// @ts-check
/** Goods of a customer who has lost the receipt: an amount, or what they are and what they cost. */
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { number as written, t } from '../ui/i18n.js';
import { digitsOf, money, parseAmount } from '../ui/money.js';
import { documentNumber } from './basket.js';
import { asBody, totalOf } from './lines.js';
import { Field, Ways } from './parts.js';
import { ReturnPreview, recordReturn } from './returning.js';

/** @typedef {import('./lines.js').Line} Line */

/** @type {any} */
let Lines;

/** @param {{till: import('./types.js').Till, view: any}} props */
export function Lost({ till, view }) {
  const { session } = till;
  const digits = digitsOf(session.currency);
  const [typed, setTyped] = useState('');
  const [byLines, setByLines] = useState(false);
  const [lines, setLines] = useState(/** @type {Line[]} */ ([]));
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const total = byLines ? totalOf(lines) : typed === '' ? 0 : parseAmount(typed, digits);
  const goods = byLines ? { goods: asBody(lines) } : { total };
  const wrong = !byLines && typed !== '' && !total;
  // Other goods are another credit note; the same ones, sent again, are the same.
  const own = useRef({ asks: '', number: '' });
  const asks = JSON.stringify(goods);
  const what = { member: { id: view.member_id }, currency: session.currency, ...goods };

  useEffect(() => {
    setTrouble('');
    till.setDirty(typed !== '' || lines.length > 0);
  }, [typed, lines]);

  const choose = async (/** @type {string} */ way) => {
    Lines ??= (await import('./basket-lines.js')).Lines;
    setByLines(way === 'lines');
  };
  const send = async () => {
    setBusy(true);
    setTrouble('');
    if (own.current.asks !== asks) own.current = { asks, number: `R${documentNumber(session)}` };
    const { number } = own.current;
    const refused = await recordReturn(till, { number, what, who: t('lost'), view, lines });
    setTrouble(refused);
    setBusy(false);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!busy && total) send();
  };
  return html`<form class="card narrow basket" onSubmit=${submit}>
    <h1>${t('lost')}</h1>
    <p>${t('lost_what', { name: view.greeting || t('no_name') })}</p>
    <${Ways} byLines=${byLines} onChoose=${choose} />
    ${byLines && html`<${Lines} till=${till} lines=${lines} onLines=${setLines} quoted=${{}} />`}
    ${!byLines &&
    html`<${Field} id="lost-amount" label=${t('returned_amount', { currency: session.currency })} required autofocus
      inputmode="decimal" autocomplete="off" maxlength="14" placeholder=${written(0, digits)} value=${typed}
      error=${wrong ? t('amount_wrong') : ''}
      onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />`}
    <${ReturnPreview} till=${till} view=${view} sent=${lines} body=${
      total ? { document: { store: session.store, number: '?' }, ...what } : null
    } />
    ${!till.online && html`<p class="hint">${t('return_blind')}</p>`}
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
      <button type="submit" aria-busy=${busy} disabled=${!total}>
        ${t('return_do')}${total ? ` (${money(total, session.currency)})` : ''}
      </button>
    </footer>
  </form>`;
}
