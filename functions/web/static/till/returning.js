// @ts-check
/** What returns have in common, by receipt or without: what one would do, its record, what it found. */
import { Problem } from '../ui/api.js';
import { html, useEffect, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import * as sound from '../ui/sound.js';
import * as clock from './clock.js';
import { Change, balancesOf, named } from './parts.js';

const PREVIEW_AFTER_MS = 200;

/** How a member's balances are called, which the answer to a return does not say. */
const viewOf = (/** @type {import('./types.js').Till} */ till, /** @type {string} */ member, init = {}) =>
  till.call(`/v1/members/${member}/scan?store=${till.session.store}`, init).catch(() => null);

/**
 * Record a return, or keep it until the network is back, and show what came of it.
 * @param {import('./types.js').Till} till
 * @param {{number: string, what: any, who: string, view?: any, lines?: import('./lines.js').Line[]}} note
 * @returns {Promise<string>} why it was refused; nothing where it was not
 */
export async function recordReturn(till, { number, what, who, view = null, lines = [] }) {
  const document = { store: till.session.store, number };
  till.setBusy(true);
  try {
    const answer = await till.outbox.send({
      id: `return:${document.store}:${number}`,
      path: '/v1/returns',
      body: { document, ...what, occurred_at: clock.nowText(), channel: 'store' },
      at: Date.now(),
      clerk: till.shift.session,
      who,
      state: 'waiting',
    });
    sound.yes();
    const whose = view || (answer && (await viewOf(till, answer.member_id)));
    const kind = answer ? 'returned' : 'queued';
    till.go({ name: 'result', kind, answer, view: whose, document, lines });
    return '';
  } catch (error) {
    sound.no();
    return error instanceof Error ? error.message : String(error);
  } finally {
    till.setBusy(false);
  }
}

/**
 * What a return would take and give back; nothing while there is nothing to ask.
 * @param {{till: import('./types.js').Till, body: any, view?: any, sent?: import('./lines.js').Line[]}} props
 */
export function ReturnPreview({ till, body, view = null, sent = [] }) {
  const [quote, setQuote] = useState(/** @type {any} */ (null));
  const [whose, setWhose] = useState(view);
  const [trouble, setTrouble] = useState('');
  const asks = JSON.stringify(body);

  useEffect(() => {
    // While something is being recorded, what it would do is no question any more.
    if (till.busy) return undefined;
    setTrouble('');
    if (!body) {
      setQuote(null);
      return undefined;
    }
    const stop = new AbortController();
    const { signal } = stop;
    const timer = setTimeout(async () => {
      try {
        const asked = { ...body, occurred_at: clock.nowText() };
        const told = await till.call('/v1/returns/quote?reader=cashier', { body: asked, signal });
        if (!whose) setWhose(await viewOf(till, told.member_id, { signal }));
        setQuote({ asks, told });
      } catch (error) {
        if (signal.aborted) return;
        setQuote(null);
        // Without network nothing is known before; the return itself may wait.
        if (error instanceof Problem) setTrouble(error.message);
      }
    }, PREVIEW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asks, till.busy]);

  const balances = balancesOf(whose);
  if (trouble) return html`<p role="alert" class="trouble">${trouble}</p>`;
  if (!quote) return null;
  const late = quote.asks !== asks;
  return html`<div class=${`preview ${late ? 'late' : ''}`} aria-live="polite" aria-busy=${late}>
    ${quote.told.results.map((/** @type {any} */ result) =>
      result.balances.map(
        (/** @type {any} */ one) => html`<${Change} before=${one.before} after=${one.after}
          balance=${named(balances, result.programme, one.balance)} />`,
      ),
    )}
    <${Found} goods=${quote.told.goods} sent=${sent} />
  </div>`;
}

/** Of which receipts goods without one were, and what was in none. */
export function Found(/** @type {{goods: any[], sent: import('./lines.js').Line[]}} */ { goods, sent }) {
  if (!goods.length) return null;
  return html`<h2>${t('lost_title')}</h2>
    <ul class="found">
      ${goods.map((one, place) => {
        const name = sent[place]?.name || one.article || t('line_unnamed');
        return html`${one.sources.map(
          (/** @type {any} */ source) => html`<li>
            ${t('lost_found', { n: source.quantity_milli / 1000, name, number: source.document.number })}</li>`,
        )}
        ${one.estimated_milli > 0 &&
        html`<li>${t('lost_unknown', { n: one.estimated_milli / 1000, name })}</li>`}`;
      })}
    </ul>`;
}
