// @ts-check
/** Signing in: a key, the store, and the API's own word that both are good. */
import { caller } from '../ui/api.js';
import { html, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import { Field } from './parts.js';

/** @param {{till: import('./app.js').Till}} props */
export function SignIn({ till }) {
  const [key, setKey] = useState('');
  const [store, setStore] = useState('');
  const [setup, setSetup] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const told = await caller(() => `Bearer ${key.trim()}`)('/v1/setup');
      const stores = told.stores || [];
      const chosen = store.trim() || (stores.length === 1 ? stores[0] : '');
      if (!chosen || (told.stores && !stores.includes(chosen))) {
        setSetup(told);
        return;
      }
      till.setSession({
        key: key.trim(),
        store: chosen,
        currency: told.programmes[0]?.currency || 'EUR',
        live: told.live,
        programmes: told.programmes,
        till: crypto.randomUUID().slice(0, 4).toUpperCase(),
      });
    } catch (error) {
      till.fail(error);
    } finally {
      setBusy(false);
    }
  };
  const set = (/** @type {(value: string) => void} */ put) => (/** @type {any} */ event) =>
    put(event.target.value);
  return html`<form class="narrow" onSubmit=${submit}>
    <h1>${t('sign_in')}</h1>
    <p>${t('sign_in_more')}</p>
    <${Field} id="key" label=${t('key')} type="password" required autocomplete="off"
      placeholder="tk_…" value=${key} onInput=${set(setKey)} autofocus />
    <${Field} id="store" label=${t('store')} autocomplete="off" value=${store} list="stores"
      pattern="[A-Za-z0-9][A-Za-z0-9_.:\\-]*" maxlength="64" onInput=${set(setStore)}
      required=${Boolean(setup)} error=${setup ? t('store_choose') : ''} hint=${t('store_hint')} />
    <datalist id="stores">
      ${(setup?.stores || []).map((/** @type {string} */ name) => html`<option value=${name} />`)}
    </datalist>
    <button type="submit" aria-busy=${busy}>${t('sign_in_do')}</button>
  </form>`;
}
