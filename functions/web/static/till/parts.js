// @ts-check
/** What several screens are made of. */
import { html, useEffect, useRef } from '../ui/html.js';
import { day, t } from '../ui/i18n.js';
import { money, value } from '../ui/money.js';

const LOWERING = ['discount', 'payment', 'gift_card'];

/** A trouble, told in words and closed by hand. */
export function Notice(/** @type {{text: string, close: () => void}} */ { text, close }) {
  return html`<div role="alert" class="notices">
    ${text &&
    html`<div class="notice">
      <p>${text}</p>
      <button type="button" class="plain" aria-label=${t('close')} onClick=${close}>×</button>
    </div>`}
  </div>`;
}

/**
 * A question that stops everything until it is answered.
 * @param {{title: string, text?: string, yes: string, no: string, onYes: () => void,
 *   onNo: () => void, children?: any, danger?: boolean}} props
 */
export function Choice({ title, text, yes, no, onYes, onNo, children, danger }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby="choice-title"
    onCancel=${(/** @type {Event} */ event) => (event.preventDefault(), onNo())}>
    <article>
      <h2 id="choice-title">${title}</h2>
      ${text && html`<p>${text}</p>`} ${children}
      <footer class="pair">
        <button type="button" class="secondary" onClick=${onNo}>${no}</button>
        <button type="button" class=${danger ? 'danger' : ''} autofocus onClick=${onYes}>
          ${yes}
        </button>
      </footer>
    </article>
  </dialog>`;
}

/** A labelled field. */
export function Field(/** @type {any} */ { label, hint, error, id, ...input }) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} ...${input} aria-invalid=${error ? 'true' : null}
      aria-describedby=${hint || error ? `${id}-hint` : null} />
    ${(hint || error) && html`<small id=${`${id}-hint`}>${error || hint}</small>`}
  </div>`;
}

/** By one amount, or by lines. */
export function Ways(
  /** @type {{byLines: boolean, onChoose: (way: string) => void}} */ { byLines, onChoose },
) {
  return html`<fieldset class="plain ways-to-sell">
    <legend class="hidden">${t('sale_by')}</legend>
    ${['amount', 'lines'].map(
      (way) => html`<button type="button" class="plain" key=${way}
        aria-pressed=${(way === 'lines') === byLines} onClick=${() => onChoose(way)}>
        ${t(way === 'lines' ? 'sale_by_lines' : 'sale_by_amount')}</button>`,
    )}
  </fieldset>`;
}

/** One balance: what there is, what is to come, what lapses next. */
export function BalanceView(/** @type {{balance: any}} */ { balance }) {
  const expiry = balance.next_expiry;
  return html`<div class="balance">
    <span class="name">${balance.name}</span>
    <strong class="amount">${value(balance.available, balance)}</strong>
    <span class="more">
      ${balance.pending > 0 && html`<span>${t('pending', { value: value(balance.pending, balance) })}</span>`}
      ${balance.held > 0 && html`<span>${t('held', { value: value(balance.held, balance) })}</span>`}
      ${expiry &&
      html`<span>${t('expires', { value: value(expiry.amount, balance), day: day(expiry.on) })}</span>`}
    </span>
  </div>`;
}

/** Old -> new of one balance. */
export function Change(
  /** @type {{balance: any, before: number, after: number}} */ { balance, before, after },
) {
  const difference = after - before;
  return html`<div class="change">
    <span class="name">${balance.name}</span>
    <span class="old">${value(before, balance)}</span>
    <span class="arrow" aria-label=${t('becomes')} role="img">→</span>
    <strong class="new">${value(after, balance)}</strong>
    ${difference !== 0 &&
    html`<span class=${`difference ${difference > 0 ? 'up' : 'down'}`}>
      ${difference > 0 ? '+' : '−'}${value(Math.abs(difference), balance)}
    </span>`}
  </div>`;
}

/** What is left to pay, where advantages lower it. */
export function Due(/** @type {{benefits: any[], total?: number, currency: string}} */ props) {
  const lowering = props.benefits.filter((one) => LOWERING.includes(one.kind));
  const off = lowering.reduce((sum, one) => sum + one.amount, 0);
  if (props.total === undefined || off <= 0) return null;
  return html`<div class="benefit due"><span>${t('to_pay')}</span>
    <b>${money(Math.max(0, props.total - off), props.currency)}</b></div>`;
}

/** Every balance of a member's accounts by programme and id, to name what an answer moved. */
export function balancesOf(/** @type {any} */ view) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const account of view?.accounts || []) {
    for (const balance of account.balances) {
      found[`${account.programme}/${balance.balance}`] = balance;
    }
  }
  return found;
}

/** A balance of an answer, named as the member's view names it. */
export function named(
  /** @type {Record<string, any>} */ balances,
  /** @type {string} */ programme,
  /** @type {string} */ id,
) {
  return (
    balances[`${programme}/${id}`] || { name: id, kind: 'points', decimals: 0, currency: null }
  );
}
