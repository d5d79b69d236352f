// @ts-check
/** A whole sale taken back, while it may be. */
import { html, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import * as sound from '../ui/sound.js';
import { Choice } from './parts.js';

/** So long after it was recorded; after that it is a return. */
export const UNDO_MS = 10 * 60_000;

/**
 * @param {{till: import('./types.js').Till, document: {store: string, number: string}, left: number,
 *   view: any, onAsking?: (asking: boolean) => void, look?: string}} props
 * `left` is how long it may still be asked for; `view` names the balances, where they are known.
 */
export function Undo({ till, document, left, view, onAsking, look = 'secondary' }) {
  const [asking, setAsking] = useState(false);
  const ask = (/** @type {boolean} */ now) => {
    setAsking(now);
    onAsking?.(now);
  };
  const undo = async () => {
    ask(false);
    till.setBusy(true);
    try {
      const body = { document: { store: document.store, number: document.number } };
      const undone = await till.call('/v1/purchases/undo', { body });
      sound.yes();
      const whose = `/v1/members/${undone.member_id}/scan?store=${till.session.store}`;
      const named = view || (await till.call(whose).catch(() => null));
      till.go({ name: 'result', kind: 'undone', answer: undone, view: named, document });
    } catch (error) {
      till.fail(error);
    } finally {
      till.setBusy(false);
    }
  };
  if (left <= 0 && !asking) return null;
  // This till's clock may be a little behind the server's.
  const minutes = Math.min(UNDO_MS / 60_000, Math.max(1, Math.ceil(left / 60_000)));
  return html`<button type="button" class=${look} onClick=${() => ask(true)}>
      ${t('undo', { minutes })}
    </button>
    ${asking &&
    html`<${Choice} title=${t('undo_title')} text=${t('undo_more')} yes=${t('undo_yes')}
      no=${t('undo_no')} danger onYes=${undo} onNo=${() => ask(false)} />`}`;
}
