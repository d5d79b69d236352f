// @ts-check
/** Waiting for the next customer: camera, reader or keyboard. */
import { readCode } from '../ui/codes.js';
import { html, useEffect, useRef, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import { camera } from './camera.js';

const TOLD_MS = 3000;

/** @param {{till: import('./types.js').Till}} props */
export function Scan({ till }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [state, setState] = useState('starting');
  const [lenses, setLenses] = useState(/** @type {MediaDeviceInfo[]} */ ([]));

  const told = useRef(-Infinity);

  useEffect(() => {
    if (!video.current) return undefined;
    camera.attach(video.current, {
      onText: (texts) => {
        const cards = texts.filter((text) => readCode(text));
        // Two cards in one picture: nobody can know which one is meant.
        if (cards.length > 1) tell(t('two_cards'));
        else till.onCode(cards[0] || texts[0], 'camera');
      },
      onState: async (told) => {
        setState(told);
        if (told === 'on') setLenses(await camera.lenses());
      },
    });
    return () => camera.detach();
  }, []);

  /** Once, and not with each picture that shows it. */
  const tell = (/** @type {string} */ trouble) => {
    const now = performance.now();
    if (now - told.current > TOLD_MS) till.fail(trouble);
    told.current = now;
  };
  const change = async () => {
    const used = /** @type {MediaStream | null} */ (video.current?.srcObject ?? null);
    const id = used?.getVideoTracks()[0]?.getSettings().deviceId;
    const place = lenses.findIndex((lens) => lens.deviceId === id);
    await camera.choose(lenses[(place + 1) % lenses.length].deviceId);
  };
  const usable = state === 'on' || state === 'starting';
  return html`
    <section class="viewer" aria-label=${t('camera')}>
      <div class=${`finder ${usable ? '' : 'dark'}`} data-state=${state} aria-busy=${till.busy}>
        <video ref=${video} muted playsinline aria-label=${t('camera_picture')}></video>
        ${state === 'on' && html`<span class="frame" aria-hidden="true"></span>`}
        ${!usable && html`<p class="camera-off">${t(`camera_${state}`)}</p>`}
      </div>
      <div class="under">
        <h1 class="lead">${till.busy ? t('looking') : t('scan_lead')}</h1>
        <span class="grow"></span>
        ${lenses.length > 1 &&
        html`<button type="button" class="outline small" onClick=${change}>
          ${t('camera_change')}
        </button>`}
      </div>
    </section>
    <section class="identify">
      <${Typed} till=${till} />
      <nav class="ways" aria-label=${t('other_ways')}>
        <button type="button" class="tile" onClick=${() => till.go({ name: 'enrol' })}>
          <b>${t('enrol')}</b><span>${t('enrol_hint')}</span>
        </button>
        <button type="button" class="tile" onClick=${() => till.go({ name: 'return' })}>
          <b>${t('return')}</b><span>${t('return_hint')}</span>
        </button>
        <button type="button" class="tile" onClick=${() => till.go({ name: 'day' })}>
          <b>${t('day')}</b><span>${t('day_hint')}</span>
        </button>
        ${!usable && html`<${Photo} />`}
      </nav>
    </section>
  `;
}

/** A code, an e-mail address, a telephone number or a name. */
function Typed(/** @type {{till: import('./types.js').Till}} */ { till }) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState('');
  const [found, setFound] = useState(/** @type {any[] | null} */ (null));

  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = typed.trim();
    setError('');
    setFound(null);
    if (!text) return;
    if (readCode(text)) {
      till.onCode(text);
      return;
    }
    // Letters and digits mixed, and long: a card's code with a slip of the finger.
    if (/^[A-Z0-9 -]{12,}$/i.test(text) && /\d/.test(text) && /[A-Z]/i.test(text)) {
      setError((await import('./check.js')).slipIn(text, true).message);
      return;
    }
    try {
      const by = text.includes('@') ? 'email' : /^\+?[\d ().-]{5,}$/.test(text) ? 'phone' : 'last_name';
      const answer = await till.call('/v1/members/search', { body: { [by]: text } });
      setFound(answer.candidates);
    } catch (trouble) {
      till.fail(trouble);
    }
  };
  return html`
    <form class="typed" onSubmit=${submit}>
      <label for="typed">${t('typed')}</label>
      <div class="line">
        <input id="typed" value=${typed} autocomplete="off" autocapitalize="none" spellcheck="false"
          enterkeyhint="search" maxlength="254" aria-invalid=${error ? 'true' : null}
          aria-describedby="typed-hint"
          onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />
        <button type="submit">${t('find')}</button>
      </div>
      <small id="typed-hint" role=${error ? 'alert' : null}>${error || t('typed_hint')}</small>
    </form>
    ${found &&
    html`<section class="candidates" aria-label=${t('candidates')}>
      <h2 role="status">${found.length ? t('found', { n: found.length }) : t('nobody_found')}</h2>
      ${found.map(
        (one) => html`<button type="button" class="tile" key=${one.member_id}
          onClick=${() => till.pick(one.member_id)}>
          <b>${one.greeting || t('no_name')}</b><span>${one.hint}</span>
        </button>`,
      )}
    </section>`}
  `;
}

/** Where the camera can't be shown, it may still take a picture. */
function Photo() {
  const take = (/** @type {any} */ event) => {
    const [picture] = event.target.files;
    if (picture) camera.read(picture);
  };
  return html`<label class="tile photo"><b>${t('photo')}</b><span>${t('photo_hint')}</span>
    <input type="file" accept="image/*" capture="environment" onChange=${take} /></label>`;
}
