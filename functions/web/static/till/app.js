// @ts-check
/** The till: one customer at a time, from the card to the receipt. */
import { NoAnswer, Problem, caller } from '../ui/api.js';
import { isCardCode, normalise } from '../ui/codes.js';
import * as db from '../ui/db.js';
import { html, useCallback, useEffect, useMemo, useRef, useState } from '../ui/html.js';
import { language, t, useLanguage } from '../ui/i18n.js';
import * as sound from '../ui/sound.js';
import { Bar } from './bar.js';
import { Outbox } from './outbox.js';
import { Choice, Notice } from './parts.js';
import { Enrol } from './screen-enrol.js';
import { Queue, Settings } from './screen-more.js';
import { Result } from './screen-result.js';
import { Return } from './screen-return.js';
import { Sale } from './screen-sale.js';
import { Scan } from './screen-scan.js';
import { SignIn } from './screen-sign-in.js';
import { listen } from './wedge.js';

const SAME_CODE_MS = 3000;
const OTHER_CODE_MS = 1000;

/**
 * @typedef {{
 *   key: string, store: string, currency: string, live: boolean,
 *   programmes: {programme: string, name: string, currency: string}[], till: string,
 *   programme?: string,
 * }} Session
 * @typedef {{name: string, [more: string]: any}} Screen
 * @typedef {{
 *   session: Session, call: import('../ui/api.js').Call, outbox: Outbox, online: boolean,
 *   items: import('./outbox.js').Item[], go: (screen: Screen) => void, next: () => void,
 *   fail: (error: unknown) => void, onCode: (text: string, source?: 'camera' | 'hand') => void, onMember: (view: any) => void,
 *   busy: boolean, setDirty: (dirty: boolean) => void, signOut: () => void,
 *   setSession: (session: Session) => void, prefer: (programme: string) => void,
 * }} Till
 */

/** @param {{known: Session | null, texts: string}} props */
export function App({ known, texts }) {
  const [session, keepSession] = useState(known);
  const [screen, setScreen] = useState(/** @type {Screen} */ ({ name: 'scan' }));
  const [notice, setNotice] = useState('');
  const [other, setOther] = useState('');
  const [busy, setBusy] = useState(false);
  const [items, setItems] = useState(/** @type {import('./outbox.js').Item[]} */ ([]));
  const [online, setOnline] = useState(navigator.onLine);
  const [, setTongue] = useState(language());
  const dirty = useRef(false);
  const last = useRef({ code: '', at: -Infinity });

  const current = useRef(session);
  current.current = session;
  const call = useMemo(() => caller(() => `Bearer ${current.current?.key || ''}`), []);
  const outbox = useMemo(() => new Outbox(() => (current.current ? call : null), setItems), []);

  const go = useCallback((/** @type {Screen} */ to) => {
    dirty.current = false;
    setNotice('');
    setOther('');
    setScreen(to);
  }, []);
  const next = useCallback(() => {
    // The phone that was just served may still lie before the camera.
    last.current.at = performance.now();
    go({ name: 'scan' });
  }, []);
  const fail = useCallback((/** @type {unknown} */ error) => {
    sound.no();
    if (error instanceof Problem && error.isSignedOut) setNotice(t('signed_out'));
    else setNotice(error instanceof Error ? error.message : String(error));
  }, []);

  const look = async (/** @type {string} */ code) => {
    setBusy(true);
    setNotice('');
    setOther('');
    try {
      const body = { code, store: current.current?.store };
      const view = await call('/v1/scans', { body });
      // The network is there: what waits goes too.
      outbox.now();
      sound.yes();
      go({ name: 'sale', view, code });
    } catch (error) {
      if (error instanceof NoAnswer) {
        // Earning goes on without network; what the customer has can't be known.
        sound.yes();
        go({ name: 'sale', view: null, code });
      } else fail(error);
    } finally {
      setBusy(false);
    }
  };

  const onCode = (/** @type {string} */ text, /** @type {string} */ source = 'hand') => {
    if (!current.current || busy) return;
    const code = normalise(text);
    const now = performance.now();
    const before = last.current;
    if (source === 'camera' && code === before.code && now - before.at < SAME_CODE_MS) {
      before.at = now;
      return;
    }
    last.current = { code, at: now };
    if (!isCardCode(code)) {
      fail(t('code_unknown'));
      return;
    }
    const hasty = now - before.at < OTHER_CODE_MS && code !== before.code;
    const served = screen.name === 'sale' && screen.code === code;
    if (served) return;
    if (dirty.current || (hasty && isCardCode(before.code))) setOther(code);
    else look(code);
  };
  const heard = useRef(onCode);
  heard.current = onCode;

  useEffect(() => listen((text) => heard.current(text)), []);
  useEffect(() => {
    const told = () => setOnline(navigator.onLine);
    addEventListener('online', told);
    addEventListener('offline', told);
    outbox.changed().then(() => outbox.flush());
  }, []);

  useEffect(() => {
    const first = /** @type {HTMLElement | null} */ (document.querySelector('main [autofocus]'));
    first?.focus({ preventScroll: true });
  }, [screen, Boolean(session)]);

  const setSession = useCallback(async (/** @type {Session} */ made) => {
    await db.set('session', made);
    keepSession(made);
    next();
  }, []);
  const signOut = useCallback(async () => {
    await db.forget('session');
    keepSession(null);
    next();
  }, []);
  const prefer = async (/** @type {string} */ programme) => {
    const made = { .../** @type {Session} */ (current.current), programme };
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
    session: /** @type {Session} */ (session), call, outbox, online, items, go, next, fail, busy,
    onCode: (text, source) => heard.current(text, source),
    onMember: (view) => go({ name: 'sale', view, code: null }),
    setDirty: (value) => (dirty.current = value),
    signOut, setSession, prefer,
  };
  const screens = /** @type {Record<string, any>} */ ({
    scan: Scan, sale: Sale, result: Result, enrol: Enrol, return: Return, queue: Queue,
    settings: Settings,
  });
  const name = session ? screen.name : 'signIn';
  return html`
    <${Bar} till=${till} signedIn=${Boolean(session)} speak=${speak} screen=${name} />
    <main class=${`screen screen-${name}`}>
      <${Notice} text=${notice} close=${() => setNotice('')} />
      ${session
        ? html`<${screens[name]} key=${JSON.stringify([name, screen.code, screen.stamp])}
            till=${till} ...${screen} />`
        : html`<${SignIn} till=${till} />`}
    </main>
    ${other &&
    html`<${Choice} title=${t('other_card')} text=${t('other_card_more')}
      yes=${t('other_card_yes')} no=${t('other_card_no')}
      onYes=${() => look(other)} onNo=${() => setOther('')} />`}
  `;
}
