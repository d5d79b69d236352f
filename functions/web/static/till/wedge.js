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
/** So long a text is a reader's where its end key comes as swiftly. */
const ENDED_LENGTH_MIN = 4;
/** What AIM's identifier puts before a text, where a reader is set so: the kind of its code. */
const AIM = /^\][A-Z]\d/;
const SIGNS = /** @type {Record<string, string>} */ ({
  Minus: '-', Period: '.', Slash: '/', Semicolon: ';', Equal: '=', Comma: ',', NumpadDivide: '/',
  NumpadSubtract: '-', NumpadDecimal: '.', BracketRight: ']',
});

function characterOf(/** @type {KeyboardEvent} */ { code, key }) {
  const found = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(code);
  if (found) return found[1] || found[2];
  // A sign that is in no code of ours belongs to what is read all the same.
  return SIGNS[code] || (key.length === 1 ? key : '');
}

/** @typedef {{element: HTMLInputElement | HTMLTextAreaElement, value: string}} Before */

/** Have a field hold a text, as if it had been typed. */
export function fill(/** @type {Before['element']} */ element, /** @type {string} */ value) {
  element.value = value;
  element.dispatchEvent(new Event('input', { bubbles: true }));
}

/**
 * Listen from now on.
 * @param {(text: string, field?: Before['element']) => void} onText told the field as well in which
 *   the reader typed
 * @returns {() => void} stops listening
 */
export function listen(onText) {
  let text = '';
  let last = 0;
  let timer = 0;
  let ended = false;
  /** @type {Before | null} */
  let before = null;

  const reset = () => {
    text = '';
    before = null;
    clearTimeout(timer);
  };
  const restore = () => {
    if (before && before.element.value !== before.value) fill(before.element, before.value);
  };
  const finish = () => {
    const found = text.replace(AIM, '');
    const field = before?.element;
    restore();
    reset();
    onText(found, field);
  };

  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return reset();
    if (event.key === 'Shift' || event.key === 'CapsLock') return;
    const now = event.timeStamp;
    const swift = now - last <= GAP_MS_MAX;
    last = now;
    const ends = event.code === 'Enter' || event.code === 'NumpadEnter' || event.code === 'Tab';
    if (ends) {
      const whole = swift && text.length >= ENDED_LENGTH_MIN;
      // Many end twice, with CR and LF: the second one presses no button that came up meanwhile.
      const over = whole || (swift && ended);
      if (over) {
        event.preventDefault();
        event.stopPropagation();
      }
      if (whole) finish();
      else reset();
      ended = over;
      return;
    }
    ended = false;
    const character = characterOf(event);
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
      if (readCode(text.replace(AIM, ''))) finish();
      else reset();
    }, END_MS);
  };

  const onInput = () => (ended = false);
  document.addEventListener('keydown', onKey, true);
  document.addEventListener('input', onInput, true);
  return () => {
    document.removeEventListener('keydown', onKey, true);
    document.removeEventListener('input', onInput, true);
  };
}
