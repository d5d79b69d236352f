// @ts-check
/** Who stands at the till: his name, and his PIN. */
import { NoAnswer, Problem } from '../ui/api.js';
import * as db from '../ui/db.js';
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import * as sound from '../ui/sound.js';
import { enter } from './shift.js';

const PIN_LENGTH_MIN = 4;
const PIN_LENGTH_MAX = 8;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'back', '0', 'enter'];

/**
 * @param {{till: import('./types.js').Till, before: import('./types.js').Shift | null,
 *   welcome: (shift: import('./types.js').Shift) => void}} props
 */
export function Clerk({ till, before, welcome }) {
  const { session } = till;
  const [clerks, setClerks] = useState(/** @type {any[] | null} */ (null));
  const [chosen, setChosen] = useState(before?.clerk || '');
  const [pin, setPin] = useState('');
  const [trouble, setTrouble] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));

  useEffect(() => {
    (async () => {
      // Those of the last time at once; those of now as soon as they are here.
      const kept = await db.get('clerks');
      if (kept) setClerks(kept);
      try {
        const told = await till.call(`/v1/stores/${session.store}/clerks`);
        await db.set('clerks', told.clerks);
        setClerks(told.clerks);
        if (told.clerks.length === 1) setChosen(told.clerks[0].id);
      } catch (error) {
        if (!kept) setClerks([]);
        if (!(error instanceof NoAnswer)) till.fail(error);
      }
    })();
  }, []);
  useEffect(() => {
    if (chosen) field.current?.focus({ preventScroll: true });
  }, [chosen, clerks !== null]);

  const submit = async (/** @type {Event | null} */ event) => {
    event?.preventDefault();
    if (busy || pin.length < PIN_LENGTH_MIN) return;
    setBusy(true);
    setTrouble('');
    try {
      const shift = await enter(till.call, chosen, pin, before);
      sound.yes();
      welcome(shift);
    } catch (error) {
      sound.no();
      setPin('');
      setBusy(false);
      if (error instanceof Problem && error.isSignedOut) till.fail(error);
      else setTrouble(error instanceof Error ? error.message : String(error));
      field.current?.focus();
    }
  };
  const press = (/** @type {string} */ key) => {
    if (key === 'enter') submit(null);
    else if (key === 'back') setPin(pin.slice(0, -1));
    else if (pin.length < PIN_LENGTH_MAX) setPin(pin + key);
  };
  if (!clerks) return html`<p aria-busy="true" role="status">${t('looking')}</p>`;
  const who = clerks.find((one) => one.id === chosen);
  return html`<form class="card narrow clerk" onSubmit=${submit}>
    <h1>${who ? who.name : t('clerk_who')}</h1>
    <p class="hint">${session.name} · ${session.store}</p>
    ${clerks.length === 0 && html`<p role="status">${t('clerk_none')}</p>`}
    ${!who &&
    clerks.length > 0 &&
    html`<div class="clerks">
      ${clerks.map(
        (one, place) => html`<button type="button" class="tile" key=${one.id} autofocus=${place === 0}
          onClick=${() => setChosen(one.id)}><b>${one.name}</b></button>`,
      )}
    </div>`}
    ${who &&
    html`<div class="field">
        <label for="pin">${t('pin')}</label>
        <input id="pin" ref=${field} type="password" inputmode="none" autocomplete="off" required
          minlength=${PIN_LENGTH_MIN} maxlength=${PIN_LENGTH_MAX} value=${pin}
          aria-invalid=${trouble ? 'true' : null} aria-describedby="pin-trouble"
          onInput=${(/** @type {any} */ event) => setPin(event.target.value.replace(/\D/g, ''))} />
        <small id="pin-trouble" role="alert">${trouble}</small>
      </div>
      <div class="pad">
        ${KEYS.map(
          (key) => html`<button type="button" key=${key} class=${key === 'enter' ? '' : 'secondary'}
            aria-label=${key === 'back' ? t('pin_back') : key === 'enter' ? t('pin_enter') : null}
            aria-busy=${key === 'enter' && busy} onClick=${() => press(key)}>
            ${key === 'back' ? '⌫' : key === 'enter' ? '✓' : key}</button>`,
        )}
      </div>
      ${clerks.length > 1 &&
      html`<button type="button" class="outline small" onClick=${() => (setChosen(''), setPin(''))}>
        ${t('clerk_other')}</button>`}`}
  </form>`;
}
