// @ts-check
/** A browser becomes a till: by the link behind a manager's QR code, or by the code itself. */
import { caller } from '../ui/api.js';
import { isCardCode, normalise, spaced } from '../ui/codes.js';
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import { camera } from './camera.js';
import * as device from './device.js';
import { Field } from './parts.js';
import * as setup from './setup.js';

/** The code in an address as the QR shows it, or in what was typed; empty where there is none. */
function codeIn(/** @type {string} */ text) {
  const code = normalise(text.slice(text.lastIndexOf('#') + 1));
  return isCardCode(code) ? code : '';
}

/** @param {{till: import('./types.js').Till}} props */
export function SignIn({ till }) {
  const [typed, setTyped] = useState(spaced(codeIn(location.hash)));
  const [error, setError] = useState('');
  const [scanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);

  const enrol = async (/** @type {string} */ code) => {
    setBusy(true);
    try {
      const made = await device.enrol(code);
      const call = caller({ sign: (request) => device.sign(made.id, request), mend: device.mend });
      const told = await call('/v1/setup');
      await setup.keep(told);
      // The code is used up: nobody should find it in the address.
      history.replaceState(null, '', location.pathname);
      till.setSession({
        id: made.id,
        name: made.name,
        store: told.stores[0],
        training: told.till.training,
        currency: told.programmes[0]?.currency || 'EUR',
        live: told.live,
        programmes: told.programmes,
        mark: made.id.slice(-4).toUpperCase(),
      });
    } catch (trouble) {
      till.fail(trouble);
    } finally {
      setBusy(false);
    }
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const code = codeIn(typed);
    setError(code ? '' : t('enrolment_code_wrong'));
    if (code && !busy) enrol(code);
  };
  return html`<form class="card narrow" onSubmit=${submit}>
    <h1>${t('sign_in')}</h1>
    <p>${t('sign_in_more')}</p>
    ${scanning &&
    html`<${Scanner} onText=${(/** @type {string} */ text) => {
      const code = codeIn(text);
      if (!code) return;
      setScanning(false);
      setTyped(spaced(code));
      enrol(code);
    }} />`}
    <${Field} id="code" label=${t('enrolment_code')} required autocomplete="off" autofocus
      autocapitalize="characters" spellcheck="false" value=${typed} error=${error} maxlength="300"
      onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />
    <footer class="pair">
      <button type="button" class="secondary" onClick=${() => setScanning(!scanning)}>
        ${scanning ? t('cancel') : t('scan_code')}</button>
      <button type="submit" aria-busy=${busy}>${t('sign_in_do')}</button>
    </footer>
  </form>`;
}

function Scanner(/** @type {{onText: (text: string) => void}} */ { onText }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [state, setState] = useState('starting');
  useEffect(() => {
    if (video.current) camera.attach(video.current, { onText: ([text]) => onText(text), onState: setState });
    return () => camera.detach();
  }, []);
  const usable = state === 'on' || state === 'starting';
  return html`<div class=${`finder ${usable ? '' : 'dark'}`}>
    <video ref=${video} muted playsinline aria-label=${t('camera_picture')}></video>
    ${!usable && html`<p class="camera-off">${t(`camera_${state}`)}</p>`}
  </div>`;
}
