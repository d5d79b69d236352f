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
}

/** No answer came: no network, or it was lost on the way. What was sent may have been done. */
export class NoAnswer extends Error {
  constructor() {
    super(t('offline'));
  }
}

/**
 * @typedef {{method?: string, body?: unknown, key?: string, signal?: AbortSignal}} Options
 * @typedef {(path: string, options?: Options) => Promise<any>} Call
 */

/**
 * @param {() => string | Promise<string>} authorization the header's value
 * @returns {Call}
 */
export function caller(authorization) {
  return async (path, { method, body, key, signal } = {}) => {
    const headers = new Headers({
      Authorization: await authorization(),
      'Accept-Language': language(),
    });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    if (key) headers.set('Idempotency-Key', key);
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    let answer;
    let told;
    try {
      answer = await fetch(path, {
        method: method || (body === undefined ? 'GET' : 'POST'),
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.any(limits),
      });
      told = await answer.json();
    } catch (error) {
      if (signal?.aborted) throw error;
      if (answer && !(error instanceof SyntaxError)) throw new NoAnswer();
      if (answer && !answer.ok) throw new Problem(answer.status, {});
      throw new NoAnswer();
    }
    if (!answer.ok) throw new Problem(answer.status, told);
    return told;
  };
}
