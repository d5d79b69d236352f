// @ts-check
/** Giving a reward: old -> new, then once, whatever happens to the answer. */
import { Problem } from '../ui/api.js';
import { html, useRef, useState } from '../ui/html.js';
import { t } from '../ui/i18n.js';
import * as sound from '../ui/sound.js';
import { Change, Choice, named } from './parts.js';

/** @param {any} props */
export function Redeem({ till, view, reward, balances, close }) {
  const key = useRef(crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const balance = named(balances, reward.programme, reward.price?.balance);
  const give = async () => {
    if (busy) return;
    setBusy(true);
    // Nobody else is served before it is known whether it was given.
    till.setBusy(true);
    try {
      const body = {
        member: { id: view.member_id },
        programme: reward.programme,
        reward: reward.reward,
        store: till.session.store,
        ...(view.scan_id ? { scan_id: view.scan_id } : {}),
      };
      const answer = await till.call('/v1/redemptions', { body, key: key.current });
      sound.yes();
      till.go({ name: 'result', kind: 'redeemed', what: reward.name, answer: { results: [answer] }, view });
    } catch (error) {
      sound.no();
      // The key stays: trying again can't take the points twice.
      setTrouble(error instanceof Problem ? error.message : t('no_answer_again'));
      setBusy(false);
    } finally {
      till.setBusy(false);
    }
  };
  return html`<${Choice} title=${t('give_title', { reward: reward.name })} yes=${t('give')}
    no=${t('cancel')} onYes=${give} onNo=${() => busy || close()}>
    ${reward.price &&
    html`<${Change} balance=${balance} before=${balance.available}
      after=${balance.available - reward.price.amount} />`}
    ${trouble && html`<p role="alert" class="trouble">${trouble}</p>`}
  <//>`;
}
