// @ts-check
/** The till: one customer at a time, from the card to the receipt. */
import { NoAnswer, Problem, caller } from '../ui/api.js';
import { normalise, readCode } from '../ui/codes.js';
import * as db from '../ui/db.js';
import { html, useCallback, useEffect, useMemo, useRef, useState } from '../ui/html.js';
import { language, t, useLanguage } from '../ui/i18n.js';
import * as sound from '../ui/sound.js';
import { Bar } from './bar.js';
import * as device from './device.js';
import { Outbox } from './outbox.js';
import { Choice, Notice } from './parts.js';
import { Clerk } from './screen-clerk.js';
import { Sale } from './screen-sale.js';
import { Scan } from './screen-scan.js';
import { renew } from './renew.js';
import { LOCK_MS, keep } from './shift.js';
import { fill, listen } from './wedge.js';

/** Screens that no customer waits for: fetched once the first one can be served. */
const LATER = {
  signIn: () => import('./screen-sign-in.js').then((found) => found.SignIn),
  enrol: () => import('./screen-enrol.js').then((found) => found.Enrol),
  result: () => import('./screen-result.js').then((found) => found.Result),
  return: () => import('./screen-return.js').then((found) => found.Return),
  lost: () => import('./screen-lost.js').then((found) => found.Lost),
  day: () => import('./screen-day.js').then((found) => found.Day),
  queue: () => import('./screen-more.js').then((found) => found.Queue),
  settings: () => import('./screen-more.js').then((found) => found.Settings),
};

const LOOK_MS = 5000;
const SAME_CODE_MS = 3000;
const OTHER_CODE_MS = 1000;
/** What is the browser's and not the till's. */
const STAYS = ['language', 'lens'];

/** @typedef {import('./types.js').Session} Session */
/** @typedef {import('./types.js').Shift} Shift */
/** @typedef {import('./types.js').Screen} Screen */
/** @typedef {import('./types.js').Till} Till */

/** @param {{known: Session | null, resumed: Shift | null, texts: string}} props */
export function App({ known, resumed, texts }) {
  const [session, keepSession] = useState(known);
  const [shift, setShift] = useState(resumed);
  const [screen, setScreen] = useState(/** @type {Screen} */ ({ name: 'scan' }));
  const [notice, setNotice] = useState('');
  const [other, setOther] = useState('');
  const [busy, setBusy] = useState(false);
  const [items, setItems] = useState(/** @type {import('./types.js').Item[]} */ ([]));
  const [online, setOnline] = useState(navigator.onLine);
  const [, setTongue] = useState(language());
  const dirty = useRef(false);
  // Counts the screens: an answer that comes after its screen was left replaces nobody.
  const turns = useRef(0);
  const last = useRef({ code: '', at: -Infinity });
  const article = useRef(/** @type {((code: string) => void) | null} */ (null));

  const current = useRef({ session, shift });
  current.current = { session, shift };
  const left = useRef(/** @type {Shift | null} */ (null));
  const call = useMemo(
    () =>
      caller({
        sign: (request, options) => {
          const { session: till, shift: clerk } = current.current;
          const named = options.clerk ?? clerk?.session;
          if (named) request.headers.set('Tessera-Clerk', named);
          return device.sign(till?.id || '', request);
        },
        mend: device.mend,
      }),
    [],
  );
  const outbox = useMemo(() => new Outbox(() => (current.current.session ? call : null), setItems), []);

  const go = useCallback((/** @type {Screen} */ to) => {
    dirty.current = false;
    turns.current += 1;
    setNotice('');
    setOther('');
    setScreen(to);
  }, []);
  const next = useCallback(() => {
    // The phone that was just served may still lie before the camera.
    last.current.at = performance.now();
    go({ name: 'scan' });
  }, []);
  const lock = useCallback(() => {
    left.current = current.current.shift || left.current;
    setShift(null);
    next();
  }, []);
  const fail = useCallback((/** @type {unknown} */ error) => {
    sound.no();
    if (error instanceof Problem && error.needsClerk) lock();
    const revoked = error instanceof Problem && (error.isRevoked || (error.isSignedOut && !error.code));
    if (revoked) setNotice(t('signed_out'));
    else setNotice(error instanceof Error ? error.message : String(error));
  }, []);

  const look = async (/** @type {string} */ text) => {
    const turn = turns.current;
    setBusy(true);
    setNotice('');
    setOther('');
    /** @type {import('./check.js').Checked | undefined} */
    let card;
    try {
      card = await checked(text);
      const body = { code: text.trim(), store: current.current.session?.store };
      const view = await call('/v1/scans', { body });
      // The network is there: what waits goes too.
      outbox.now();
      if (turn !== turns.current) return;
      sound.yes();
      go({ name: 'sale', view, ...card });
    } catch (error) {
      if (turn !== turns.current) return;
      if (card && error instanceof NoAnswer) await serveAlone(card);
      else fail(error);
    } finally {
      setBusy(false);
    }
  };
  /** Serve a member who was found without his card. */
  const pick = async (/** @type {string} */ member) => {
    const turn = turns.current;
    try {
      const view = await call(`/v1/members/${member}/scan?store=${current.current.session?.store}`);
      if (turn === turns.current) go({ name: 'sale', view, code: null });
    } catch (error) {
      if (turn === turns.current) fail(error);
    }
  };
  /** What was read, once it may be sent or sold to; only a signature takes the module for it. */
  const checked = async (/** @type {string} */ text) => {
    const read = readCode(text);
    if (read && read.form !== 'signed') return { code: read.code, seal: '', checked: false };
    return (await import('./check.js')).checkCode(text, call);
  };
  const serveAlone = async (/** @type {import('./check.js').Checked} */ card) => {
    try {
      if (card.seal) (await import('./check.js')).refuseReplay(card, await outbox.items());
      // Earning goes on without network; what the customer has can't be known.
      sound.yes();
      go({ name: 'sale', view: null, ...card });
    } catch (error) {
      fail(error);
    }
  };

  /** @type {(text: string, source?: string, field?: HTMLInputElement | HTMLTextAreaElement) => void} */
  const onCode = (text, source = 'hand', field = undefined) => {
    if (!current.current.shift || busy) return;
    const code = readCode(text)?.code || normalise(text);
    const now = performance.now();
    const before = last.current;
    if (source === 'camera' && code === before.code && now - before.at < SAME_CODE_MS) {
      before.at = now;
      return;
    }
    if (article.current && /^\d{8,14}$/.test(code)) {
      article.current(code);
      return;
    }
    last.current = { code, at: now };
    if (!readCode(text)) {
      // A receipt's number, or an article's, may be read as well as typed.
      if (field?.dataset.codes) fill(field, text);
      else import('./check.js').then(({ slipIn }) => fail(slipIn(text)));
      return;
    }
    // What a person typed or pressed he means; two cards that are read at once nobody may have meant.
    const hasty = source !== 'hand' && now - before.at < OTHER_CODE_MS && code !== before.code;
    const served = screen.name === 'sale' && screen.code === code;
    if (served) return;
    if (dirty.current || (hasty && readCode(before.code))) setOther(text);
    else look(text);
  };
  const heard = useRef(onCode);
  heard.current = onCode;

  const [later, setLater] = useState(/** @type {Record<string, any>} */ ({}));
  useEffect(() => {
    const fetchAll = async () => {
      // What a click opens, too: the server may have another release by then.
      import('./check.js');
      import('./give.js');
      import('./basket-lines.js');
      const names = Object.keys(LATER);
      const found = await Promise.all(Object.values(LATER).map((fetched) => fetched()));
      setLater(Object.fromEntries(names.map((each, place) => [each, found[place]])));
    };
    // The customer who is there comes first: everything else waits until nothing is to be done.
    if (!session || !('requestIdleCallback' in window)) fetchAll();
    else requestIdleCallback(fetchAll, { timeout: 3000 });
  }, []);

  useEffect(() => listen((text, field) => heard.current(text, 'reader', field)), []);
  useEffect(() => {
    const told = () => setOnline(navigator.onLine);
    addEventListener('online', told);
    addEventListener('offline', told);
    outbox.changed().then(() => outbox.flush());
  }, []);
  useEffect(() => {
    if (!shift) {
      if (left.current) renew();
      return undefined;
    }
    // Nobody is there any more: whoever comes next says who he is. By the clock, because timers
    // rest while a computer sleeps.
    let touched = Date.now();
    const alone = () => Date.now() - touched >= LOCK_MS && (lock(), true);
    const timer = setInterval(alone, LOOK_MS);
    const alive = () => {
      if (!alone()) touched = Date.now();
    };
    const leave = () => keep(shift);
    addEventListener('pagehide', leave);
    addEventListener('pointerdown', alive, true);
    addEventListener('keydown', alive, true);
    return () => {
      clearInterval(timer);
      removeEventListener('pagehide', leave);
      removeEventListener('pointerdown', alive, true);
      removeEventListener('keydown', alive, true);
    };
  }, [shift]);

  useEffect(() => {
    if (document.activeElement?.closest('main')) return;
    // Where nothing is to be typed, the title: what was pressed is gone.
    const title = document.querySelector('main h1');
    title?.setAttribute('tabindex', '-1');
    const first = /** @type {HTMLElement | null} */ (document.querySelector('main [autofocus]') || title);
    first?.focus({ preventScroll: true });
  }, [screen, Boolean(session), Boolean(shift), later]);

  const setSession = useCallback(async (/** @type {Session} */ made) => {
    await db.set('session', made);
    keepSession(made);
    next();
  }, []);
  const signOut = useCallback(async () => {
    // Another window may have sold meanwhile; without the key it could never be sent.
    await outbox.changed();
    if ((await outbox.items()).length) return;
    await db.forgetAllBut(STAYS);
    setShift(null);
    keepSession(null);
    next();
  }, []);
  const welcome = useCallback((/** @type {Shift} */ entered) => {
    left.current = null;
    setNotice('');
    setShift(entered);
    outbox.now();
    // What was told before goes on to hold where nobody answers.
    import('./setup.js').then((setup) => setup.refresh(call)).catch(() => {});
  }, []);
  const prefer = async (/** @type {string} */ programme) => {
    const made = { .../** @type {Session} */ (current.current.session), programme };
    await db.set('session', made);
    keepSession(made);
  };
  const speak = async (/** @type {string} */ tongue) => {
    await useLanguage(texts, tongue);
    await db.set('language', tongue);
    setTongue(tongue);
  };

  /** @type {Till} */
  const till = {
    session: /** @type {Session} */ (session), shift: /** @type {Shift} */ (shift),
    call, outbox, online, items, go, next, fail, busy, lock,
    onCode: (text, source) => heard.current(text, source),
    pick, setBusy,
    onArticle: (listener) => (article.current = listener),
    setDirty: (value) => (dirty.current = value),
    signOut, setSession, prefer,
  };
  const open = session && (shift || screen.name === 'queue' || screen.name === 'settings');
  const name = !session ? 'signIn' : open ? screen.name : 'clerk';
  const shown = /** @type {Record<string, any>} */ ({
    scan: Scan, sale: Sale, ...later,
  })[name];
  return html`
    <${Bar} till=${till} signedIn=${Boolean(session)} speak=${speak} screen=${name} />
    <main class=${`screen screen-${name}`}>
      <${Notice} text=${notice} close=${() => setNotice('')} />
      ${name === 'clerk' && html`<${Clerk} till=${till} before=${left.current} welcome=${welcome} />`}
      ${shown &&
      html`<${shown} key=${JSON.stringify([name, screen.code, screen.stamp])}
        till=${till} ...${screen} />`}
    </main>
    ${other &&
    html`<${Choice} title=${t('other_card')} text=${t('other_card_more')}
      yes=${t('other_card_yes')} no=${t('other_card_no')}
      onYes=${() => look(other)} onNo=${() => setOther('')} />`}
  `;
}
