// @ts-check
/** What happened, large; the receipt's words; ten minutes to take it back. */
import { html, useEffect, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import { money } from '../ui/money.js';
import { Change, Due, balancesOf, named } from './parts.js';
import { Found } from './returning.js';
import { UNDO_MS, Undo } from './undo.js';

const CLEAR_MS = 45_000;

/**
 * @param {{till: import('./types.js').Till, kind: string, answer: any, view: any, document?: any,
 *   total?: number, at?: number, what?: string, lines?: import('./lines.js').Line[]}} props
 */
export function Result({ till, kind, answer, view, document, total, at, what, lines: sent = [] }) {
  const [asking, setAsking] = useState(false);
  const [left, setLeft] = useState(at ? at + UNDO_MS - Date.now() : 0);
  const balances = balancesOf(view);
  const results = answer?.results || [];

  useEffect(() => {
    if (asking) return undefined;
    // The screen shows somebody's points: it does not wait for the next customer with them.
    const clear = setTimeout(till.next, CLEAR_MS);
    return () => clearTimeout(clear);
  }, [asking]);
  useEffect(() => {
    const tick = setInterval(() => at && setLeft(at + UNDO_MS - Date.now()), 1000);
    return () => clearInterval(tick);
  }, []);

  const benefits = results.flatMap((/** @type {any} */ one) => one.benefits || []);
  const vouchers = results.flatMap((/** @type {any} */ one) => one.vouchers);
  const lines = results.flatMap((/** @type {any} */ one) => one.receipt);
  return html`<section class=${`card outcome outcome-${kind}`} aria-label=${t('result')}>
    <div role="status" class="head">
      <span class="mark" aria-hidden="true">${kind === 'queued' ? '…' : '✓'}</span>
      <h1>${t(`done_${kind}`, { what: what || '' })}</h1>
      ${total !== undefined && html`<p class="sum">${money(total, till.session.currency)}</p>`}
    </div>
    ${kind === 'queued' && html`<p>${t('queued_more')}</p>`}
    ${results.map((/** @type {any} */ result) =>
      result.balances.map(
        (/** @type {any} */ one) => html`<${Change} before=${one.before} after=${one.after}
          balance=${named(balances, result.programme, one.balance)} />`,
      ),
    )}
    <${Found} goods=${answer?.goods || []} sent=${sent} />
    <${Due} benefits=${benefits} total=${total} currency=${till.session.currency} />
    ${vouchers.map(
      (/** @type {any} */ one) => html`<p class="voucher">${t('voucher_issued')}
        <b class="code">${one.code}</b></p>`,
    )}
    ${lines.length > 0 &&
    html`<div class="receipt">
      <header>
        <h2>${t('receipt')}</h2>
        <button type="button" class="outline small no-print" onClick=${() => print()}>${t('print')}</button>
      </header>
      <ul>
        ${lines.map((/** @type {string} */ line) => html`<li>${line}</li>`)}
      </ul>
    </div>`}
    ${document &&
    html`<p class="hint">${t('document', { number: document.number })}</p>`}
    ${kind === 'sold' && html`<p class="hint">${t('phone_later')}</p>`}
    <footer class="pair">
      ${kind === 'sold' &&
      html`<${Undo} till=${till} document=${document} view=${view} left=${left} onAsking=${setAsking} />`}
      <button type="button" class="confirm" autofocus onClick=${till.next}>${t('next')}</button>
    </footer>
  </section>`;
}
