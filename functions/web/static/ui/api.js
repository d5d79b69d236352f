// @ts-check
/** Calls of the API from the same origin: JSON in, JSON or a problem out. */
import { language, t } from './i18n.js';

const TIMEOUT_MS = 12_000;

/** What the API refused, with the words that it said it in (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, title?: string, detail?: string, missing?: number}} body
   */
  constructor(status, body) {
    super(body.detail || body.title || t('error_status', { status: String(status) }));
    this.status = status;
    this.code = body.code || '';
    this.missing = body.missing;
  }

  /** Whether sending the same again may succeed: nothing was decided. */
  get isTemporary() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }

  /** Whether the credential, and not the request, is what was refused. */
  get isSignedOut() {
    return this.status === 401 || (this.status === 403 && !this.code);
  }

  /** Whether the credential was taken back for good; the gateway says it without a code. */
  get isRevoked() {
    return this.code === 'till_revoked' || (this.status === 403 && !this.code);
  }

  /** Whether nobody stands at the till who could ask for this. */
  get needsClerk() {
    return this.code === 'clerk_missing' || this.code === 'clerk_session_ended';
  }
}

/** No answer came: no network, or it was lost on the way. What was sent may have been done. */
export class NoAnswer extends Error {
  constructor() {
    super(t('offline'));
  }
}

/**
 * @typedef {{method?: string, body?: unknown, key?: string, clerk?: string, signal?: AbortSignal}} Options
 * @typedef {(path: string, options?: Options) => Promise<any>} Call
 * @typedef {{method: string, path: string, body: string, headers: Headers}} Request_
 * @typedef {{sign: (request: Request_, options: Options) => Promise<void>,
 *   mend?: (code: string, headers: Headers) => boolean}} Signer
 */

/**
 * @param {(() => string | Promise<string>) | Signer} credentials the value of the header
 *   `Authorization`, or what signs each request; `mend` says whether a refusal of the signature is
 *   worth one more
 * @returns {Call}
 */
export function caller(credentials) {
  const signer = typeof credentials === 'function' ? null : credentials;
  const authorization = typeof credentials === 'function' ? credentials : null;
  /** @type {(path: string, options: Options, again: boolean) => Promise<any>} */
  const send = async (path, options, again) => {
    const method = options.method || (options.body === undefined ? 'GET' : 'POST');
    const body = options.body === undefined ? '' : JSON.stringify(options.body);
    const headers = new Headers({ 'Accept-Language': language() });
    if (body) headers.set('Content-Type', 'application/json');
    if (options.key) headers.set('Idempotency-Key', options.key);
    if (authorization) headers.set('Authorization', await authorization());
    // At the time of sending, and not when it was written down.
    await signer?.sign({ method, path, body, headers }, options);
    const { signal } = options;
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    let answer;
    let told;
    try {
      answer = await fetch(path, {
        method,
        headers,
        body: body || undefined,
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.any(limits),
      });
      told = await answer.json();
    } catch (error) {
      if (signal?.aborted) throw error;
      // We always answer in JSON: what a proxy says is not ours.
      throw new NoAnswer();
    }
    if (answer.ok) return told;
    if (!again && signer?.mend?.(told.code, answer.headers)) return send(path, options, true);
    throw new Problem(answer.status, told);
  };
  return (path, options = {}) => send(path, options, false);
}
