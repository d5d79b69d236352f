// @ts-check
/** Goods that come back: found by the receipt's number, wholly or by amount. */
import { html, useRef, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import { digitsOf, parseAmount } from '../ui/money.js';
import * as sound from '../ui/sound.js';
import { Field } from './parts.js';
import { documentNumber, nowText } from './screen-sale.js';

/** @param {{till: import('./app.js').Till}} props */
export function Return({ till }) {
  const { session } = till;
  const digits = digitsOf(session.currency);
  const [number, setNumber] = useState('');
  const [typed, setTyped] = useState('');
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const own = useRef(`R${documentNumber(session)}`);
  const amount = typed === '' ? null : parseAmount(typed, digits);
  const wrong = typed !== '' && !amount;

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || wrong) return;
    setBusy(true);
    setTrouble('');
    const document = { store: session.store, number: own.current };
    const item = {
      id: `return:${document.store}:${document.number}`,
      path: '/v1/returns',
      body: {
        document,
        original: { store: session.store, number: number.trim() },
        occurred_at: nowText(),
        channel: 'store',
        // A sale that was entered as one amount has one line.
        ...(amount ? { lines: [{ line: 0, amount }] } : {}),
      },
      at: Date.now(),
      who: t('return_of', { number: number.trim() }),
      state: /** @type {'waiting'} */ ('waiting'),
    };
    try {
      const answer = await till.outbox.send(item);
      sound.yes();
      till.go({ name: 'result', kind: answer ? 'returned' : 'queued', answer, view: null, document });
    } catch (error) {
      sound.no();
      setTrouble(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const put = (/** @type {(value: string) => void} */ keep) => (/** @type {any} */ event) => {
    // What is asked for changes: it is another credit note.
    own.current = `R${documentNumber(session)}`;
    keep(event.target.value);
  };
  return html`<form class="card narrow" onSubmit=${submit}>
    <h1>${t('return')}</h1>
    <p>${t('return_more')}</p>
    <${Field} id="original" label=${t('original')} required maxlength="128" autocomplete="off"
      autofocus value=${number} onInput=${put(setNumber)} />
    <${Field} id="returned" label=${t('returned_amount', { currency: session.currency })}
      inputmode="decimal" autocomplete="off" maxlength="14" value=${typed} onInput=${put(setTyped)}
      hint=${t('returned_hint')} error=${wrong ? t('amount_wrong') : ''} />
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
      <button type="submit" aria-busy=${busy}>${t('return_do')}</button>
    </footer>
  </form>`;
}
