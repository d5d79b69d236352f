// As its page shows it: its own loop, a box of 250 pixels.
globalThis.found = { first: 0, text: '' };
new Html5Qrcode('reader').start({ facingMode: 'environment' }, { fps: 25, qrbox: 250 }, (text) => {
  found.first ||= performance.now() - began;
  found.text ||= text;
}, () => {});
