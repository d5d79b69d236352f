// @ts-check
/** A new customer: a first name is enough, the card goes to his phone from the screen. */
import { spaced } from '../ui/codes.js';
import { html, useRef, useState } from '../ui/html.js';
import { language, t } from '../ui/i18n.js';
import { Qr } from '../ui/qr.js';
import * as sound from '../ui/sound.js';
import { Field } from './parts.js';

/** @param {{till: import('./types.js').Till}} props */
export function Enrol({ till }) {
  const { programmes } = till.session;
  const [form, setForm] = useState(/** @type {Record<string, string>} */ ({}));
  const [programme, setProgramme] = useState(till.session.programme || programmes[0]?.programme || '');
  const [agreed, setAgreed] = useState(false);
  const [made, setMade] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const key = useRef(crypto.randomUUID());

  const changed = (/** @type {() => void} */ keep) => {
    // What is asked for changes: it is another request.
    key.current = crypto.randomUUID();
    till.setDirty(true);
    keep();
  };
  const put = (/** @type {string} */ name) => (/** @type {any} */ event) =>
    changed(() => setForm({ ...form, [name]: event.target.value }));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const given = Object.entries(form).map(([name, text]) => [name, text.trim()]);
      const profile = Object.fromEntries([...given.filter(([, text]) => text), ['language', language()]]);
      const body = {
        programme,
        profile,
        store: till.session.store,
        channel: 'store',
        consents: { marketing: { granted: agreed, source: 'till' } },
      };
      const answer = await till.call('/v1/members', { body, key: key.current });
      sound.yes();
      till.setDirty(false);
      setMade(answer);
      till.prefer(programme);
    } catch (error) {
      till.fail(error);
    } finally {
      setBusy(false);
    }
  };
  if (made) return html`<${Made} till=${till} made=${made} />`;
  const field = (/** @type {string} */ name, /** @type {any} */ more = {}) =>
    html`<${Field} id=${name} label=${t(name)} value=${form[name] || ''} autocomplete="off"
      onInput=${put(name)} ...${more} />`;
  return html`<form class="card narrow" onSubmit=${submit}>
    <h1>${t('enrol')}</h1>
    ${programmes.length > 1 &&
    html`<div class="field">
      <label for="programme">${t('programme')}</label>
      <select id="programme" value=${programme}
        onChange=${(/** @type {any} */ event) => changed(() => setProgramme(event.target.value))}>
        ${programmes.map((one) => html`<option value=${one.programme}>${one.name}</option>`)}
      </select>
    </div>`}
    ${field('first_name', { required: true, maxlength: 64, autofocus: true })}
    ${field('last_name', { maxlength: 64 })}
    ${field('email', { type: 'email', maxlength: 254, hint: t('optional') })}
    ${field('phone', { type: 'tel', maxlength: 25, hint: t('optional') })}
    ${field('birthday', { type: 'date', hint: t('optional') })}
    <label class="check">
      <input type="checkbox" role="switch" checked=${agreed}
        onChange=${(/** @type {any} */ event) => changed(() => setAgreed(event.target.checked))} />
      ${t('agrees')}
    </label>
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('cancel')}</button>
      <button type="submit" aria-busy=${busy}>${t('enrol_do')}</button>
    </footer>
  </form>`;
}

/** The card, to be scanned by the customer's own phone. */
function Made(/** @type {any} */ { till, made }) {
  const serve = () => till.onCode(made.card.code);
  return html`<section class="card narrow made">
    <div role="status"><h1>${t('enrolled')}</h1></div>
    <p>${t('enrolled_more')}</p>
    <${Qr} text=${made.card.url} label=${t('enrolled_more')} />
    <p class="code">${spaced(made.card.code)}</p>
    <footer class="pair">
      <button type="button" class="secondary" onClick=${till.next}>${t('next')}</button>
      <button type="button" class="confirm" autofocus onClick=${serve}>${t('sell_now')}</button>
    </footer>
  </section>`;
}
