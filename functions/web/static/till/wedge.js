// @ts-check
/**
 * Readers that type. They are heard anywhere on the page and told from people by their speed, and
 * they are read by the key's place (`event.code`), so that the layout of the computer's keyboard
 * does not matter. What a reader typed into a field on its way is taken out again.
 */
import { readCode } from '../ui/codes.js';

const GAP_MS_MAX = 60;
const END_MS = 300;
const LENGTH_MIN = 8;
const SIGNS = /** @type {Record<string, string>} */ ({
  Minus: '-', Period: '.', Slash: '/', Semicolon: ';', Equal: '=', Comma: ',', NumpadDivide: '/',
  NumpadSubtract: '-', NumpadDecimal: '.',
});

function characterOf(/** @type {string} */ code) {
  const found = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(code);
  return found ? found[1] || found[2] : SIGNS[code];
}

/** @typedef {{element: HTMLInputElement | HTMLTextAreaElement, value: string}} Before */

/**
 * Listen from now on.
 * @param {(text: string) => void} onText
 * @returns {() => void} stops listening
 */
export function listen(onText) {
  let text = '';
  let last = 0;
  let timer = 0;
  /** @type {Before | null} */
  let before = null;

  const reset = () => {
    text = '';
    before = null;
    clearTimeout(timer);
  };
  const restore = () => {
    if (!before || before.element.value === before.value) return;
    before.element.value = before.value;
    before.element.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const finish = () => {
    const found = text;
    restore();
    reset();
    onText(found);
  };

  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return reset();
    if (event.key === 'Shift' || event.key === 'CapsLock') return;
    const now = event.timeStamp;
    const swift = now - last <= GAP_MS_MAX;
    last = now;
    const ends = event.code === 'Enter' || event.code === 'NumpadEnter' || event.code === 'Tab';
    if (ends) {
      if (swift && text.length >= LENGTH_MIN) {
        event.preventDefault();
        event.stopPropagation();
        finish();
      } else reset();
      return;
    }
    const character = characterOf(event.code);
    if (!character || !swift) reset();
    if (!character) return;
    if (!text) {
      const active = document.activeElement;
      const field = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement;
      before = field ? { element: active, value: active.value } : null;
    }
    text += character;
    if (text.length >= LENGTH_MIN) {
      // By now it is no person: nothing more falls into the field.
      event.preventDefault();
      event.stopPropagation();
    }
    clearTimeout(timer);
    // Some readers send no end key: a whole code is taken for one.
    timer = setTimeout(() => {
      if (readCode(text)) finish();
      else reset();
    }, END_MS);
  };

  document.addEventListener('keydown', onKey, true);
  return () => document.removeEventListener('keydown', onKey, true);
}
