// @ts-check
/** Reads codes off pictures, away from the page's thread. Its response alone may compile wasm. */

// Fetched and compiled beside the library's own code, and not after it.
const wasm = new URL('../vendor/zxing/zxing_reader.wasm', import.meta.url).href;
const compiled = WebAssembly.compileStreaming(fetch(wasm));
const loaded = import('../vendor/zxing/reader/index.js');
const overrides = {
  // Without an address of ours the library would fetch its code from a foreign host.
  locateFile: () => wasm,
  /** @type {(imports: WebAssembly.Imports, done: (made: WebAssembly.Instance) => void) => object} */
  instantiateWasm: (imports, done) => {
    compiled.then((module) => WebAssembly.instantiate(module, imports)).then(done);
    return {};
  },
};
const ready = loaded.then(async ({ prepareZXingModule, readBarcodes }) => {
  await prepareZXingModule({ overrides, fireImmediately: true });
  return readBarcodes;
});

const canvas = new OffscreenCanvas(1, 1);
const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
  canvas.getContext('2d', { willReadFrequently: true })
);
/** @type {import('../vendor/zxing/reader/index.js').ReaderOptions} */
const QR = { formats: ['QRCode'], maxNumberOfSymbols: 2, tryHarder: true, tryInvert: true };
// What else a wallet may show. Looked for now and then, because each kind costs time.
/** @type {import('../vendor/zxing/reader/index.js').ReaderOptions} */
const ALL = { ...QR, formats: ['QRCode', 'Code128', 'Aztec', 'PDF417'] };
const ALL_EVERY = 4;
let frames = 0;

// The library never says that its code did not come.
const usable = Promise.all([ready, compiled]);

onmessage = async ({ data: frame }) => {
  let readBarcodes;
  try {
    [readBarcodes] = await usable;
  } catch {
    // Nothing is ever read: the page is told, and says so.
    postMessage({ failed: true });
    return;
  }
  const started = performance.now();
  /** @type {string[]} */
  let texts = [];
  try {
    texts = await textsIn(frame, readBarcodes);
  } catch {
    // A picture that can't be read is like one without a code; the next one comes.
  }
  postMessage({ texts, ms: performance.now() - started });
};

/** @param {ImageBitmap} frame @param {typeof import('../vendor/zxing/reader/index.js').readBarcodes} readBarcodes */
async function textsIn(frame, readBarcodes) {
  // Setting a size clears the canvas and takes its memory anew: only where it changes.
  if (canvas.width !== frame.width || canvas.height !== frame.height) {
    canvas.width = frame.width;
    canvas.height = frame.height;
  }
  context.drawImage(frame, 0, 0);
  frame.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  frames += 1;
  const found = await readBarcodes(pixels, frames % ALL_EVERY ? QR : ALL);
  return [...new Set(found.filter((code) => code.isValid).map((code) => code.text))];
}
