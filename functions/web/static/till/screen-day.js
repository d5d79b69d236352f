// @ts-check
/** The day by clerk and till: on the screen, on paper, as a file. */
import { html, useEffect, useState } from '../ui/html.js';
import { day as dayText, t } from '../ui/i18n.js';
import { money, value } from '../ui/money.js';
import * as clock from './clock.js';

const KINDS = ['sales', 'returns', 'undos', 'redemptions', 'enrolments'];

/** Today where the shop is. */
function today(/** @type {string} */ zone) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(clock.now());
}

/** @param {{till: import('./types.js').Till}} props */
export function Day({ till }) {
  const { session } = till;
  const [day, setDay] = useState(today(session.programmes[0]?.zone || 'UTC'));
  const [report, setReport] = useState(/** @type {any} */ (null));

  useEffect(() => {
    setReport(null);
    const stop = new AbortController();
    till
      .call(`/v1/stores/${session.store}/days/${day}`, { signal: stop.signal })
      .then(setReport)
      .catch((error) => stop.signal.aborted || till.fail(error));
    return () => stop.abort();
  }, [day]);

  return html`<section class="card day">
    <header>
      <h1>${t('day')}</h1>
      <p class="hint">${session.store} · ${dayText(day)}</p>
    </header>
    <div class="field no-print">
      <label for="day">${t('day_which')}</label>
      <input id="day" type="date" value=${day} required
        onChange=${(/** @type {any} */ event) => event.target.value && setDay(event.target.value)} />
    </div>
    ${!report && html`<p role="status" aria-busy="true">${t('looking')}</p>`}
    ${report && report.lines.length === 0 && html`<p role="status">${t('day_empty')}</p>`}
    ${report && report.lines.length > 0 && html`<${Table} report=${report} currency=${session.currency} />`}
    <footer class="pair no-print">
      <button type="button" class="secondary" onClick=${till.next}>${t('back')}</button>
      <button type="button" class="secondary" disabled=${!report?.lines.length}
        onClick=${() => save(report, session.currency)}>${t('day_file')}</button>
      <button type="button" disabled=${!report?.lines.length} onClick=${() => print()}>${t('print')}</button>
    </footer>
  </section>`;
}

function Table(/** @type {{report: any, currency: string}} */ { report, currency }) {
  const rows = [
    ...report.lines,
    ...report.totals.map((/** @type {any} */ one) => ({ ...one, clerk_name: t('day_total'), till_name: '' })),
  ];
  return html`<div class="wide" tabindex="0" role="region" aria-label=${t('day')}>
    <table>
      <thead>
        <tr>
          <th scope="col">${t('day_clerk')}</th>
          ${KINDS.map((kind) => html`<th scope="col" key=${kind} class="number">${t(`day_${kind}`)}</th>`)}
          ${report.balances.map(
            (/** @type {any} */ one) => html`<th scope="col" class="number">${one.name}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr class=${row.till_name ? '' : 'total'}>
            <th scope="row">${row.clerk_name || row.clerk}<small>${row.till_name}</small></th>
            ${KINDS.map(
              (kind) => html`<td class="number">${row[kind].count}
                ${row[kind].amount > 0 && html`<small>${money(row[kind].amount, row.currency || currency)}</small>`}
              </td>`,
            )}
            ${report.balances.map((/** @type {any} */ balance) => {
              const [given, used] = moved(row, balance);
              return html`<td class="number">+${value(given, balance)}
                <small>−${value(used, balance)}</small></td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** What a balance earned and spent over all kinds: returns take back and give back. */
function moved(/** @type {any} */ row, /** @type {any} */ balance) {
  const sums = [0, 0];
  for (const kind of KINDS) {
    for (const one of row[kind].balances) {
      if (one.programme === balance.programme && one.balance === balance.balance) {
        sums[0] += one.earned;
        sums[1] += one.spent;
      }
    }
  }
  return sums;
}

/** The report as a CSV file (RFC 4180): whole numbers in the smallest unit, so nothing is rounded. */
function save(/** @type {any} */ report, /** @type {string} */ currency) {
  const names = report.balances.flatMap((/** @type {any} */ one) => [
    `${one.programme}.${one.balance}.earned`, `${one.programme}.${one.balance}.spent`,
  ]);
  const head = ['store', 'day', 'clerk', 'clerk_name', 'till', 'till_name', 'currency',
    ...KINDS.flatMap((kind) => [`${kind}_count`, `${kind}_amount`]), 'sales_paid', ...names];
  const rows = report.lines.map((/** @type {any} */ line) => [
    report.store, report.day, line.clerk, line.clerk_name, line.till, line.till_name,
    line.currency || currency,
    ...KINDS.flatMap((kind) => [line[kind].count, line[kind].amount]), line.sales.paid,
    ...report.balances.flatMap((/** @type {any} */ balance) => moved(line, balance)),
  ]);
  // A leading apostrophe keeps spreadsheets from taking a name for a formula.
  const cell = (/** @type {unknown} */ text) =>
    `"${String(text).replace(/^(?=[=+\-@\t])/, "'").replaceAll('"', '""')}"`;
  const text = [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: 'text/csv' }));
  link.download = `${report.store}-${report.day}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
