// @ts-check
/** The member who is there, what he has, and the sale. */
import { spaced } from '../ui/codes.js';
import { html, useMemo, useState } from '../ui/html.js';
import { has, t } from '../ui/i18n.js';
import { value } from '../ui/money.js';
import { Basket } from './basket.js';
import { BalanceView, balancesOf, named } from './parts.js';

/** @type {any} */
let Redeem;

/**
 * @param {{till: import('./types.js').Till, view: any, code: string | null, seal?: string,
 *   checked?: boolean}} props
 */
export function Sale({ till, view, code, seal = '', checked = false }) {
  const balances = useMemo(() => balancesOf(view), [view]);
  return html`<div class="columns">
    <${Member} till=${till} view=${view} code=${code} balances=${balances}
      signature=${seal ? (checked ? 'signature_right' : 'signature_unchecked') : ''} />
    <${Basket} till=${till} view=${view} code=${code} balances=${balances} seal=${seal} />
  </div>`;
}

/** Who is there, and what can be had. */
function Member(/** @type {any} */ { till, view, code, balances, signature }) {
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  if (!view) {
    return html`<section class="card member" aria-label=${t('customer')}>
      <h1>${t('customer_offline')}</h1>
      <p class="code">${spaced(code)}</p>
      ${signature && html`<p class=${`signature ${signature}`}>${t(signature)}</p>`}
      <p>${t('customer_offline_more')}</p>
      <p class="hint">${t('spend_offline')}</p>
    </section>`;
  }
  const give = async (/** @type {any} */ reward) => {
    Redeem ??= (await import('./give.js')).Redeem;
    setAsked(reward);
  };
  const rewards = view.accounts.flatMap((/** @type {any} */ account) => account.rewards);
  const offers = view.accounts.flatMap((/** @type {any} */ account) => account.offers);
  const tiers = view.accounts
    .flatMap((/** @type {any} */ account) => account.tiers)
    .filter((/** @type {any} */ tier) => tier.name);
  return html`<section class="card member" aria-label=${t('customer')}>
    <header>
      <h1>${view.greeting ? t('hello', { name: view.greeting }) : t('hello_nobody')}</h1>
      ${tiers.map((/** @type {any} */ tier) => html`<span class="chip tier">${tier.name}</span>`)}
      ${view.birthday && html`<span class="chip birthday">${t(`birthday_${view.birthday}`)}</span>`}
    </header>
    ${view.accounts.length === 0 && html`<p>${t('no_account')}</p>`}
    ${Object.entries(balances).map(
      ([key, balance]) => html`<${BalanceView} key=${key} balance=${balance} />`,
    )}
    ${offers.length > 0 &&
    html`<p class="offers">${t('offers', { names: offers.map((/** @type {any} */ one) => one.name).join(' · ') })}</p>`}
    ${rewards.length > 0 &&
    html`<h2>${t('rewards')}</h2>
      <ul class="rewards">
        ${rewards.map(
          (/** @type {any} */ reward) => html`<${Reward} key=${`${reward.programme}/${reward.reward}`}
            till=${till} reward=${reward} balances=${balances} onGive=${() => give(reward)} />`,
        )}
      </ul>`}
    ${view.accounts.length > 0 &&
    html`<button type="button" class="outline small" onClick=${() => till.go({ name: 'lost', view })}>
      ${t('lost')}</button>`}
    ${asked &&
    html`<${Redeem} till=${till} view=${view} reward=${asked} balances=${balances}
      close=${() => setAsked(null)} />`}
  </section>`;
}

function Reward(/** @type {any} */ { till, reward, balances, onGive }) {
  const balance = named(balances, reward.programme, reward.balance || reward.price?.balance);
  const price = reward.price ? value(reward.price.amount, balance) : t('free');
  const why = reward.available
    ? ''
    : reward.missing > 0
      ? t('reward_missing', { value: value(reward.missing, balance) })
      : t(has(`reason_${reward.reason}`) ? `reason_${reward.reason}` : 'reason_other');
  return html`<li class=${reward.available ? 'can' : 'cannot'}>
    <span class="what"><b>${reward.name}</b><span>${price}</span></span>
    ${why && html`<span class="why">${why}</span>`}
    ${reward.missing > 0 && reward.required > 0 &&
    html`<progress value=${reward.have} max=${reward.required} aria-label=${reward.name}></progress>`}
    ${reward.available &&
    html`<button type="button" class="small" disabled=${!till.online} onClick=${onGive}
      title=${till.online ? null : t('spend_offline')}>
      ${t('give')}<span class="hidden"> ${reward.name}</span>
    </button>`}
  </li>`;
}
