// @ts-check
/** The sale of the member who is there: amount or lines, advantages, preview, confirmation. */
import { NoAnswer, Problem } from '../ui/api.js';
import { spaced } from '../ui/codes.js';
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { day, has, number as written, t } from '../ui/i18n.js';
import { digitsOf, money, parseAmount, value } from '../ui/money.js';
import * as sound from '../ui/sound.js';
import { asBody, totalOf } from './lines.js';
import * as clock from './clock.js';
import { Change, Due, Field, Ways, named } from './parts.js';

const PREVIEW_AFTER_MS = 200;

/** @typedef {import('./lines.js').Line} Line */

/** @type {any} */
let Lines;

/** A receipt's number where the till prints none: never the same twice, short enough to read out. */
export function documentNumber(/** @type {import('./types.js').Session} */ session) {
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
  // A sale that was sent and not answered: sent again as it was, it is the same one.
  const unanswered = useRef(/** @type {{asks: string, item: any} | null} */ (null));

  const typedTotal = typed === '' ? null : parseAmount(typed, digits);
  const summed = lines.length ? totalOf(lines) : null;
  const total = byLines ? summed : typedTotal;
  const wrong = !byLines && typed !== '' && total === null;
  const answer = quote?.answer;
  const pays = Object.values(balances).filter((one) => one.pays && one.available > 0);
  const held = (view?.accounts || []).flatMap((/** @type {any} */ account) => account.vouchers);
  // What each line earns and is lowered by, over all programmes.
  const quotedLines = Object.fromEntries(
    (answer?.results || [])
      .flatMap((/** @type {any} */ result) => result.lines)
      .map((/** @type {any} */ one) => [one.line, one]),
  );
  const partOf = (/** @type {any} */ one) =>
    parseAmount(used[one.balance], one.currency ? digits : one.decimals);
  const paying = Object.keys(used).map((name) => pays.find((one) => one.balance === name));
  // Nothing typed is all that fits; something typed is that much, or a slip.
  const slips = paying.filter((one) => used[one.balance] !== '' && !partOf(one));
  const payments = paying.map((one) => ({
    balance: one.balance, ...(used[one.balance] === '' ? {} : { amount: partOf(one) }),
  }));
  const spends = payments.length > 0 || vouchers.length > 0;
  const body = {
    member: view ? { id: view.member_id } : { card: code },
    currency: session.currency,
    channel: 'store',
    ...(total === null ? {} : { total }),
    ...(byLines && lines.length ? { lines: asBody(lines) } : {}),
    ...(view?.scan_id && spends ? { scan_id: view.scan_id } : {}),
    ...(payments.length ? { payments } : {}),
    ...(vouchers.length ? { vouchers } : {}),
  };
  const asks = JSON.stringify([total, byLines && lines, payments, vouchers]);

  useEffect(() => {
    till.setDirty(typed !== '' || spends || lines.length > 0);
  }, [typed, spends, lines.length]);

  useEffect(() => {
    setTrouble('');
    if (total === null || !view || slips.length) {
      setQuote(null);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const document = { store: session.store, number: own.current };
        const asked = { ...body, document, occurred_at: clock.nowText() };
        const told = await till.call('/v1/quotes', { body: asked, signal: stop.signal });
        setQuote({ asks, total, answer: told });
      } catch (error) {
        if (stop.signal.aborted) return;
        const refused = error instanceof Problem;
        setQuote(refused ? null : { asks, total });
        if (refused) setTrouble(error.message);
      }
    }, PREVIEW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asks]);

  const confirm = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (sent.current || !total || slips.length) return;
    if (spends && !till.online) {
      sound.no();
      setTrouble(t('spend_offline'));
      return;
    }
    sent.current = true;
    setBusy(true);
    // Nobody else is served before it is known what became of this sale.
    till.setBusy(true);
    const document = { store: session.store, number: number.trim() || own.current };
    const whole = JSON.stringify([body, document]);
    const again = unanswered.current?.asks === whole ? unanswered.current.item : null;
    const item = again || {
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
      // What is promised off the price has to be known before it is paid: it does not wait.
      const told = await till.outbox.send(item, !spends);
      sound.yes();
      till.go({
        name: 'result', kind: told ? 'sold' : 'queued', answer: told, view, document, total,
        at: Date.now(),
      });
    } catch (error) {
      const lost = error instanceof NoAnswer || (error instanceof Problem && error.isTemporary);
      unanswered.current = lost ? { asks: whole, item } : null;
      sound.no();
      setTrouble(lost ? t('no_answer_again') : error instanceof Error ? error.message : String(error));
      sent.current = false;
      setBusy(false);
    } finally {
      till.setBusy(false);
    }
  };
  const choose = async (/** @type {string} */ way) => {
    Lines ??= (await import('./basket-lines.js')).Lines;
    setByLines(way === 'lines');
  };
  const typing = (/** @type {(value: string) => void} */ put) => (/** @type {any} */ event) =>
    put(event.target.value);
  return html`<form class="card basket" onSubmit=${confirm} aria-label=${t('sale')}>
    <${Ways} byLines=${byLines} onChoose=${choose} />
    ${byLines && html`<${Lines} till=${till} lines=${lines} onLines=${setLines} quoted=${quotedLines} />`}
    ${!byLines &&
    html`<div class="field amount">
      <label for="amount">${t('amount', { currency: session.currency })}</label>
      <input id="amount" inputmode="decimal" autocomplete="off" autofocus required maxlength="14"
        placeholder=${written(0, digits)} value=${typed} onInput=${typing(setTyped)}
        aria-invalid=${wrong ? 'true' : null} aria-describedby=${wrong ? 'amount-hint' : null} />
      ${wrong && html`<small id="amount-hint" role="alert">${t('amount_wrong')}</small>`}
    </div>`}
    ${pays.map(
      (one) => html`<${Pay} key=${one.balance} balance=${one} till=${till} used=${used[one.balance]} wrong=${slips.includes(one)}
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
            disabled=${!till.online && !vouchers.includes(one.code)}
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
      <${Field} id="number" data-codes="any" label=${t('receipt_number_more')} value=${number} maxlength="128"
        autocomplete="off" placeholder=${own.current} onInput=${typing(setNumber)} />
    </details>
    <${Preview} quote=${answer} total=${quote?.total} balances=${balances} session=${session}
      offline=${!view || (quote && !answer)} late=${quote && quote.asks !== asks} />
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
      <button type="submit" class="confirm" aria-busy=${busy} disabled=${busy || !total || slips.length > 0}>
        ${total ? t('confirm_amount', { amount: money(total, session.currency) }) : t('confirm')}
      </button>
    </footer>
  </form>`;
}

/** Paying with a balance, wholly or in part. */
function Pay(/** @type {any} */ { balance, till, used, wrong, onChange }) {
  const on = used !== undefined;
  return html`<fieldset class="pay">
    <label class="check">
      <input type="checkbox" role="switch" checked=${on} disabled=${!till.online && !on}
        onChange=${(/** @type {any} */ event) => onChange(event.target.checked ? '' : null)} />
      ${t('use_balance', { name: balance.name, value: value(balance.available, balance) })}
    </label>
    ${!till.online && html`<small>${t('spend_offline')}</small>`}
    ${on &&
    html`<${Field} id=${`use-${balance.balance}`} label=${t('use_part')} inputmode="decimal"
      autocomplete="off" maxlength="14" value=${used} hint=${t('use_part_hint')} error=${wrong ? t('amount_wrong') : ''}
      onInput=${(/** @type {any} */ event) => onChange(event.target.value)} />`}
  </fieldset>`;
}

/** What the sale will do: old -> new, and every discount. */
function Preview(/** @type {any} */ { quote, total, balances, session, offline, late }) {
  if (offline) return html`<p class="preview hint">${t('preview_offline')}</p>`;
  if (!quote) return html`<p class="preview hint">${t('preview_empty')}</p>`;
  const benefits = quote.results.flatMap((/** @type {any} */ result) => result.benefits);
  const refused = quote.results.flatMap((/** @type {any} */ result) =>
    result.trace
      .filter((/** @type {any} */ step) => step.code === 'payment' && step.outcome === 'refused')
      .map((/** @type {any} */ step) => ({
        ...step.values,
        balance: named(balances, result.programme, step.subject),
      })),
  );
  return html`<div class=${`preview ${late ? 'late' : ''}`} aria-live="polite" aria-busy=${Boolean(late)}>
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
    <${Due} benefits=${benefits} total=${total} currency=${session.currency} />
  </div>`;
}
