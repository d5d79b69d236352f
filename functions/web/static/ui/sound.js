// @ts-check
/** What a cashier hears and feels without looking: it worked, or it did not. */

/** @type {AudioContext | undefined} */
let context;

function tone(/** @type {number} */ frequency, /** @type {number} */ start, length = 0.09) {
  if (!context) return;
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.12, context.currentTime + start);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + start + length);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(context.currentTime + start);
  oscillator.stop(context.currentTime + start + length);
}

function ready() {
  // Browsers let a page sound only after somebody touched it.
  if (!navigator.userActivation?.hasBeenActive) return false;
  context ??= new AudioContext();
  return true;
}

export function yes() {
  navigator.userActivation?.hasBeenActive && navigator.vibrate?.(40);
  if (ready()) tone(1320, 0);
}

export function no() {
  navigator.userActivation?.hasBeenActive && navigator.vibrate?.([80, 60, 80]);
  if (ready()) {
    tone(220, 0, 0.16);
    tone(196, 0.18, 0.2);
  }
}
