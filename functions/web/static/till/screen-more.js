// @ts-check
/** What waits for the network, and the till's settings. */
import { html, useEffect, useState } from '../ui/html.js';
import { t, time } from '../ui/i18n.js';
import { money } from '../ui/money.js';
import { forget, known } from './articles.js';
import { canVerify } from './check.js';
import { Choice, Field } from './parts.js';
import { codes } from './setup.js';

/** @param {{till: import('./types.js').Till}} props */
export function Queue({ till }) {
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  return html`<section class="card narrow">
    <h1>${t('queue')}</h1>
    <p role="status">${till.items.length ? t('queue_more') : t('queue_empty')}</p>
    <ul class="queue">
      ${till.items.map(
        (item) => html`<li key=${item.id} class=${item.state}>
          <span class="what">
            <b>${item.who}</b>
            <span>${time(item.at)}${
              item.body.total ? ` · ${money(item.body.total, item.body.currency)}` : ''
            }</span>
            <span class="code">${item.body.document.number}</span>
          </span>
          ${item.state === 'conflict' &&
          html`<p class="trouble">${item.reason}</p>
            <div class="pair">
              <button type="button" class="secondary small" onClick=${() => setAsked(item)}>
                ${t('settle')}</button>
              <button type="button" class="small" disabled=${!till.shift}
                onClick=${() => till.outbox.retry(item, till.shift.session)}>
                ${t('retry')}</button>
            </div>`}
        </li>`,
      )}
    </ul>
    <footer class="pair">
      <button type="button" class="secondary" onClick=${() => till.outbox.now()}>${t('send_now')}</button>
      <button type="button" onClick=${till.next}>${t('back')}</button>
    </footer>
    ${asked &&
    html`<${Choice} title=${t('settle_title')} text=${t('settle_more')} yes=${t('settle_yes')}
      no=${t('cancel')} danger onNo=${() => setAsked(null)}
      onYes=${() => (till.outbox.settle(asked.id), setAsked(null))} />`}
  </section>`;
}

/** @param {{till: import('./types.js').Till}} props */
export function Settings({ till }) {
  const { session } = till;
  const [currency, setCurrency] = useState(session.currency);
  const [articles, setArticles] = useState(/** @type {import('./articles.js').Article[]} */ ([]));
  const [blind, setBlind] = useState(false);
  const waiting = till.items.length;
  useEffect(() => {
    known().then(setArticles);
    codes().then(async (told) => {
      setBlind(Boolean(told?.code_keys.length) && !(await canVerify()));
    });
  }, []);
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    till.setSession({ ...session, currency: currency.trim().toUpperCase() });
  };
  return html`<section class="card narrow">
    <h1>${t('settings')}</h1>
    <p class="hint">${t('till_name', { name: session.name, store: session.store, mark: session.mark })}</p>
    ${blind && html`<p class="signature signature_unchecked">${t('signature_unable')}</p>`}
    <form onSubmit=${save}>
      <${Field} id="currency" label=${t('currency')} required maxlength="3" autocomplete="off"
        pattern="[A-Za-z]{3}" value=${currency}
        onInput=${(/** @type {any} */ event) => setCurrency(event.target.value)} />
      <footer class="pair">
        <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
        <button type="submit">${t('save')}</button>
      </footer>
    </form>
    ${articles.length > 0 &&
    html`<h2>${t('articles')}</h2>
      <ul class="articles">
        ${articles.map(
          (one) => html`<li key=${one.code}>
            <span>${one.name}<small class="code">${one.code}</small></span>
            <b>${money(one.price, session.currency)}</b>
            <button type="button" class="plain" aria-label=${t('article_forget', { name: one.name })}
              onClick=${async () => setArticles(await forget(one.code))}>×</button>
          </li>`,
        )}
      </ul>`}
    <hr />
    <p>${waiting ? t('sign_out_waiting', { n: waiting }) : t('sign_out_more')}</p>
    <button type="button" class="danger" disabled=${waiting > 0} onClick=${till.signOut}>
      ${t('sign_out')}
    </button>
  </section>`;
}
