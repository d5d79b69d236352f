// @ts-check
/** The bar above every screen: where one is, what waits, the language. */
import { html } from '../ui/html.js';
import { LANGUAGES, language, t } from '../ui/i18n.js';

/**
 * @param {{till: import('./types.js').Till, signedIn: boolean, screen: string,
 *   speak: (language: string) => void}} props
 */
export function Bar({ till, signedIn, speak, screen }) {
  const waiting = till.items.length;
  const conflicts = till.items.filter((item) => item.state === 'conflict').length;
  const other = LANGUAGES.find((name) => name !== language()) || 'en';
  return html`
    <header class=${`bar ${signedIn && till.session.training ? 'learning' : ''}`}>
      <button class="brand" type="button" onClick=${till.next} disabled=${!signedIn}>
        <span class="tiles" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
        <span class="where">${signedIn ? till.session.store.replace(/^training-/, '') : 'Tessera'}</span>
        <span class="hidden">${t('home')}</span>
      </button>
      ${signedIn &&
      till.session.training &&
      html`<span class="chip training">${t('training')}</span>`}
      ${signedIn &&
      !till.session.training &&
      !till.session.live &&
      html`<span class="chip trial">${t('trial')}</span>`}
      <span class="grow"></span>
      <span role="status" class="states">
        ${!till.online && html`<span class="chip off">${t('offline_short')}</span>`}
      </span>
      ${waiting > 0 &&
      html`<button type="button" class=${`chip waiting ${conflicts ? 'conflict' : ''}`}
        onClick=${() => till.go({ name: 'queue' })}>${t('waiting', { n: waiting })}</button>`}
      ${signedIn &&
      till.shift &&
      html`<button type="button" class="chip who" onClick=${till.lock}>
        ${till.shift.name}<span class="hidden">${t('lock')}</span>
      </button>`}
      <button type="button" class="plain" lang=${other} onClick=${() => speak(other)}>
        ${other.toUpperCase()}<span class="hidden">${t('switch_language')}</span>
      </button>
      ${signedIn &&
      html`<button type="button" class="plain" aria-label=${t('settings')}
        aria-current=${screen === 'settings' ? 'page' : null}
        onClick=${() => till.go({ name: 'settings' })}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h10M18 7h2M4 17h2M10 17h10" />
          <circle cx="16" cy="7" r="2.2" /><circle cx="8" cy="17" r="2.2" /></svg>
      </button>`}
    </header>
  `;
}
