// @ts-check
/** The member who is there, what he has, and the sale. */
import { Problem } from '../ui/api.js';
import { spaced } from '../ui/codes.js';
import { html, useEffect, useMemo, useRef, useState } from '../ui/html.js';
import { has, t } from '../ui/i18n.js';
import { digitsOf, money, parseAmount, value } from '../ui/money.js';
import * as sound from '../ui/sound.js';
import { BalanceView, Change, Choice, Field, balancesOf, named } from './parts.js';

const PREVIEW_AFTER_MS = 200;

/** A receipt's number where the till prints none: never the same twice, short enough to read out. */
export function documentNumber(/** @type {import('./app.js').Session} */ session) {
  const random = crypto.getRandomValues(new Uint16Array(1))[0].toString(36).padStart(4, '0');
  return `${session.till}-${Date.now().toString(36)}-${random}`.toUpperCase();
}

/** The time of now with this computer's offset. */
export function nowText() {
  const now = new Date();
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const two = (/** @type {number} */ part) => String(Math.trunc(part)).padStart(2, '0');
  const [hours, minutes] = [Math.abs(offset) / 60, Math.abs(offset) % 60];
  return `${local}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

/**
 * @param {{till: import('./app.js').Till, view: any, code: string | null}} props
 */
export function Sale({ till, view, code }) {
  const balances = useMemo(() => balancesOf(view), [view]);
  return html`<div class="columns">
    <${Member} till=${till} view=${view} code=${code} balances=${balances} />
    <${Basket} till=${till} view=${view} code=${code} balances=${balances} />
  </div>`;
}

/** Who is there, and what can be had. */
function Member(/** @type {any} */ { till, view, code, balances }) {
  const [asked, setAsked] = useState(/** @type {any} */ (null));
  if (!view) {
    return html`<section class="card member" aria-label=${t('customer')}>
      <h1>${t('customer_offline')}</h1>
      <p class="code">${spaced(code)}</p>
      <p>${t('customer_offline_more')}</p>
      <p class="hint">${t('spend_offline')}</p>
    </section>`;
  }
  const rewards = view.accounts.flatMap((/** @type {any} */ account) => account.rewards);
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
    ${Object.values(balances).map(
      (balance) => html`<${BalanceView} key=${balance.balance} balance=${balance} />`,
    )}
    ${rewards.length > 0 &&
    html`<h2>${t('rewards')}</h2>
      <ul class="rewards">
        ${rewards.map(
          (/** @type {any} */ reward) => html`<${Reward} key=${`${reward.programme}/${reward.reward}`}
            till=${till} reward=${reward} balances=${balances} onGive=${() => setAsked(reward)} />`,
        )}
      </ul>`}
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

/** Giving a reward: old -> new, then once, whatever happens to the answer. */
function Redeem(/** @type {any} */ { till, view, reward, balances, close }) {
  const key = useRef(crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const balance = named(balances, reward.programme, reward.price?.balance);
  const give = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const body = {
        member: { id: view.member_id },
        programme: reward.programme,
        reward: reward.reward,
        store: till.session.store,
      };
      const answer = await till.call('/v1/redemptions', { body, key: key.current });
      sound.yes();
      till.go({ name: 'result', kind: 'redeemed', what: reward.name, answer: { results: [answer] }, view });
    } catch (error) {
      sound.no();
      // The key stays: trying again can't take the points twice.
      setTrouble(error instanceof Problem ? error.message : t('no_answer_again'));
      setBusy(false);
    }
  };
  return html`<${Choice} title=${t('give_title', { reward: reward.name })} yes=${t('give')}
    no=${t('cancel')} onYes=${give} onNo=${close}>
    ${reward.price &&
    html`<${Change} balance=${balance} before=${balance.available}
      after=${balance.available - reward.price.amount} />`}
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
  <//>`;
}

/** Amount, advantages, preview, confirmation. */
function Basket(/** @type {any} */ { till, view, code, balances }) {
  const { session } = till;
  const digits = digitsOf(session.currency);
  const [typed, setTyped] = useState('');
  const [number, setNumber] = useState('');
  const [used, setUsed] = useState(/** @type {Record<string, string>} */ ({}));
  const [vouchers, setVouchers] = useState(/** @type {string[]} */ ([]));
  const [quote, setQuote] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const own = useRef(documentNumber(session));
  const sent = useRef(false);

  const total = typed === '' ? null : parseAmount(typed, digits);
  const wrong = typed !== '' && total === null;
  const pays = Object.values(balances).filter((one) => one.pays && one.available > 0);
  const held = (view?.accounts || []).flatMap((/** @type {any} */ account) =>
    account.vouchers.map((/** @type {any} */ voucher) => ({
      ...voucher,
      name: account.rewards.find((/** @type {any} */ one) => one.reward === voucher.reward)?.name,
    })),
  );
  const payments = Object.entries(used).map(([balance, text]) => {
    const scale = pays.find((one) => one.balance === balance);
    const amount = parseAmount(text, scale?.currency ? digits : scale?.decimals || 0);
    return { balance, ...(text && amount !== null ? { amount } : {}) };
  });
  const body = {
    member: view ? { id: view.member_id } : { card: code },
    currency: session.currency,
    channel: 'store',
    ...(total === null ? {} : { total }),
    ...(payments.length ? { payments } : {}),
    ...(vouchers.length ? { vouchers } : {}),
  };
  const asks = JSON.stringify([total, payments, vouchers]);

  useEffect(() => {
    till.setDirty(typed !== '' || vouchers.length > 0);
  }, [typed, vouchers.length]);

  useEffect(() => {
    setTrouble('');
    if (total === null || !view) {
      setQuote(null);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const document = { store: session.store, number: own.current };
        const asked = { ...body, document, occurred_at: nowText() };
        setQuote(await till.call('/v1/quotes', { body: asked, signal: stop.signal }));
      } catch (error) {
        if (stop.signal.aborted) return;
        setQuote(null);
        if (error instanceof Problem) setTrouble(error.message);
      }
    }, PREVIEW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asks]);

  const confirm = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (sent.current || total === null || total === 0) return;
    sent.current = true;
    setBusy(true);
    const document = { store: session.store, number: number.trim() || own.current };
    const item = {
      id: `sale:${document.store}:${document.number}`.slice(0, 255),
      path: '/v1/purchases',
      body: { ...body, document, occurred_at: nowText() },
      at: Date.now(),
      who: view?.greeting || spaced(code || ''),
      state: /** @type {'waiting'} */ ('waiting'),
    };
    try {
      const answer = await till.outbox.send(item);
      sound.yes();
      till.go({
        name: 'result', kind: answer ? 'sold' : 'queued', answer, view, document, total,
        at: Date.now(),
      });
    } catch (error) {
      sound.no();
      setTrouble(error instanceof Error ? error.message : String(error));
      sent.current = false;
      setBusy(false);
    }
  };
  const typing = (/** @type {(value: string) => void} */ put) => (/** @type {any} */ event) =>
    put(event.target.value);
  return html`<form class="card basket" onSubmit=${confirm} aria-label=${t('sale')}>
    <div class="field amount">
      <label for="amount">${t('amount', { currency: session.currency })}</label>
      <input id="amount" inputmode="decimal" autocomplete="off" autofocus required maxlength="14"
        placeholder=${(0).toFixed(digits)} value=${typed} onInput=${typing(setTyped)}
        aria-invalid=${wrong ? 'true' : null} aria-describedby=${wrong ? 'amount-hint' : null} />
      ${wrong && html`<small id="amount-hint" role="alert">${t('amount_wrong')}</small>`}
    </div>
    ${pays.map(
      (one) => html`<${Pay} key=${one.balance} balance=${one} till=${till} used=${used[one.balance]}
        onChange=${(/** @type {string | null} */ text) => {
          const { [one.balance]: _, ...others } = used;
          setUsed(text === null ? others : { ...others, [one.balance]: text });
        }} />`,
    )}
    ${held.length > 0 &&
    html`<fieldset>
      <legend>${t('vouchers')}</legend>
      ${held.map(
        (/** @type {any} */ one) => html`<label key=${one.code} class="check">
          <input type="checkbox" role="switch" checked=${vouchers.includes(one.code)}
            disabled=${!till.online}
            onChange=${(/** @type {any} */ event) =>
              setVouchers(
                event.target.checked
                  ? [...vouchers, one.code]
                  : vouchers.filter((found) => found !== one.code),
              )} />
          ${one.name || one.reward} <span class="code">${one.code}</span>
        </label>`,
      )}
    </fieldset>`}
    <details>
      <summary>${t('receipt_number')}</summary>
      <${Field} id="number" label=${t('receipt_number_more')} value=${number} maxlength="128"
        autocomplete="off" placeholder=${own.current} onInput=${typing(setNumber)} />
    </details>
    <${Preview} quote=${quote} total=${total} balances=${balances} session=${session}
      offline=${!view} />
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
      <button type="submit" class="confirm" aria-busy=${busy} disabled=${busy || !total}>
        ${total ? t('confirm_amount', { amount: money(total, session.currency) }) : t('confirm')}
      </button>
    </footer>
  </form>`;
}

/** Paying with a balance, wholly or in part. */
function Pay(/** @type {any} */ { balance, till, used, onChange }) {
  const on = used !== undefined;
  return html`<fieldset class="pay">
    <label class="check">
      <input type="checkbox" role="switch" checked=${on} disabled=${!till.online}
        onChange=${(/** @type {any} */ event) => onChange(event.target.checked ? '' : null)} />
      ${t('use_balance', { name: balance.name, value: value(balance.available, balance) })}
    </label>
    ${!till.online && html`<small>${t('spend_offline')}</small>`}
    ${on &&
    html`<${Field} id=${`use-${balance.balance}`} label=${t('use_part')} inputmode="decimal"
      autocomplete="off" maxlength="14" value=${used} hint=${t('use_part_hint')}
      onInput=${(/** @type {any} */ event) => onChange(event.target.value)} />`}
  </fieldset>`;
}

/** What the sale will do: old -> new, and every discount. */
function Preview(/** @type {any} */ { quote, total, balances, session, offline }) {
  if (offline) return html`<p class="preview hint">${t('preview_offline')}</p>`;
  if (!quote) return html`<p class="preview hint">${t('preview_empty')}</p>`;
  const benefits = quote.results.flatMap((/** @type {any} */ result) => result.benefits);
  const off = benefits
    .filter((/** @type {any} */ one) => ['discount', 'payment', 'gift_card'].includes(one.kind))
    .reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.amount, 0);
  const refused = quote.results.flatMap((/** @type {any} */ result) =>
    result.trace
      .filter((/** @type {any} */ step) => step.code === 'payment' && step.outcome === 'refused')
      .map((/** @type {any} */ step) => ({
        ...step.values,
        balance: named(balances, result.programme, step.subject),
      })),
  );
  return html`<div class="preview" aria-live="polite">
    ${quote.results.map((/** @type {any} */ result) =>
      result.balances.map(
        (/** @type {any} */ one) => html`<${Change} before=${one.before} after=${one.after}
          balance=${named(balances, result.programme, one.balance)} />`,
      ),
    )}
    ${benefits.map(
      (/** @type {any} */ one) => html`<div class="benefit">
        <span>${t(has(`benefit_${one.kind}`) ? `benefit_${one.kind}` : 'benefit_other', { source: one.source })}</span>
        ${one.amount > 0 && html`<b>−${money(one.amount, session.currency)}</b>`}
      </div>`,
    )}
    ${refused.map(
      (/** @type {any} */ one) => html`<p class="trouble">
        ${one.missing > 0
          ? t('payment_missing', { name: one.balance.name, value: value(one.missing, one.balance) })
          : t('payment_refused', { name: one.balance.name })}
      </p>`,
    )}
    ${off > 0 &&
    html`<div class="benefit due"><span>${t('to_pay')}</span>
      <b>${money(Math.max(0, total - off), session.currency)}</b></div>`}
  </div>`;
}
