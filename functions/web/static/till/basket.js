// @ts-check
/** The sale of the member who is there: amount or lines, advantages, preview, confirmation. */
import { Problem } from '../ui/api.js';
import { spaced } from '../ui/codes.js';
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { day, has, t } from '../ui/i18n.js';
import { digitsOf, money, parseAmount, value } from '../ui/money.js';
import * as sound from '../ui/sound.js';
import { asBody, totalOf } from './lines.js';
import * as clock from './clock.js';
import { Change, Field, named } from './parts.js';

const PREVIEW_AFTER_MS = 200;

/** @typedef {import('./lines.js').Line} Line */

/** @type {any} */
let Lines;

/** A receipt's number where the till prints none: never the same twice, short enough to read out. */
export function documentNumber(/** @type {import('./app.js').Session} */ session) {
  const random = crypto.getRandomValues(new Uint16Array(1))[0].toString(36).padStart(4, '0');
  return `${session.mark}-${clock.now().toString(36)}-${random}`.toUpperCase();
}

/** Amount, advantages, preview, confirmation. */
export function Basket(/** @type {any} */ { till, view, code, seal, balances }) {
  const { session } = till;
  const digits = digitsOf(session.currency);
  const [typed, setTyped] = useState('');
  const [byLines, setByLines] = useState(false);
  const [lines, setLines] = useState(/** @type {Line[]} */ ([]));
  const [number, setNumber] = useState('');
  const [used, setUsed] = useState(/** @type {Record<string, string>} */ ({}));
  const [vouchers, setVouchers] = useState(/** @type {string[]} */ ([]));
  const [quote, setQuote] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const own = useRef(documentNumber(session));
  const sent = useRef(false);

  const typedTotal = typed === '' ? null : parseAmount(typed, digits);
  const summed = lines.length ? totalOf(lines) : null;
  const total = byLines ? summed : typedTotal;
  const wrong = !byLines && typed !== '' && total === null;
  const pays = Object.values(balances).filter((one) => one.pays && one.available > 0);
  const held = (view?.accounts || []).flatMap((/** @type {any} */ account) => account.vouchers);
  // What each line earns and is lowered by, over all programmes.
  const quotedLines = Object.fromEntries(
    (quote?.results || [])
      .flatMap((/** @type {any} */ result) => result.lines)
      .map((/** @type {any} */ one) => [one.line, one]),
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
    ...(byLines && lines.length ? { lines: asBody(lines) } : {}),
    ...(view?.scan_id && (payments.length || vouchers.length) ? { scan_id: view.scan_id } : {}),
    ...(payments.length ? { payments } : {}),
    ...(vouchers.length ? { vouchers } : {}),
  };
  const asks = JSON.stringify([total, byLines && lines, payments, vouchers]);

  useEffect(() => {
    till.setDirty(typed !== '' || vouchers.length > 0 || lines.length > 0);
  }, [typed, vouchers.length, lines.length]);

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
        const asked = { ...body, document, occurred_at: clock.nowText() };
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
      body: { ...body, document, occurred_at: clock.nowText() },
      at: Date.now(),
      clerk: till.shift.session,
      who: view?.greeting || spaced(code || ''),
      ...(seal ? { seal } : {}),
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
  const choose = async (/** @type {string} */ way) => {
    Lines ??= (await import('./basket-lines.js')).Lines;
    setByLines(way === 'lines');
  };
  const typing = (/** @type {(value: string) => void} */ put) => (/** @type {any} */ event) =>
    put(event.target.value);
  return html`<form class="card basket" onSubmit=${confirm} aria-label=${t('sale')}>
    <fieldset class="plain ways-to-sell">
      <legend class="hidden">${t('sale_by')}</legend>
      ${['amount', 'lines'].map(
        (way) => html`<button type="button" class="plain" key=${way}
          aria-pressed=${(way === 'lines') === byLines} onClick=${() => choose(way)}>
          ${t(way === 'lines' ? 'sale_by_lines' : 'sale_by_amount')}</button>`,
      )}
    </fieldset>
    ${byLines && html`<${Lines} till=${till} lines=${lines} onLines=${setLines} quoted=${quotedLines} />`}
    ${!byLines &&
    html`<div class="field amount">
      <label for="amount">${t('amount', { currency: session.currency })}</label>
      <input id="amount" inputmode="decimal" autocomplete="off" autofocus required maxlength="14"
        placeholder=${(0).toFixed(digits)} value=${typed} onInput=${typing(setTyped)}
        aria-invalid=${wrong ? 'true' : null} aria-describedby=${wrong ? 'amount-hint' : null} />
      ${wrong && html`<small id="amount-hint" role="alert">${t('amount_wrong')}</small>`}
    </div>`}
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
          <span>${one.name} <span class="code">${one.code}</span>
            ${one.expires_on && html`<small>${t('voucher_until', { day: day(one.expires_on) })}</small>`}</span>
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
