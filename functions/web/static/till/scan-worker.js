// @ts-check
/** Reads codes off pictures, away from the page's thread. Its response alone may compile wasm. */
import { prepareZXingModule, readBarcodes } from '../vendor/zxing/reader/index.js';

const wasm = new URL('../vendor/zxing/zxing_reader.wasm', import.meta.url).href;
// Without an address of ours the library would fetch its code from a foreign host.
const ready = prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });

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

onmessage = async ({ data: frame }) => {
  await ready;
  const started = performance.now();
  canvas.width = frame.width;
  canvas.height = frame.height;
  context.drawImage(frame, 0, 0);
  frame.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  frames += 1;
  const found = await readBarcodes(pixels, frames % ALL_EVERY ? QR : ALL);
  const texts = [...new Set(found.filter((code) => code.isValid).map((code) => code.text))];
  postMessage({ texts, ms: performance.now() - started });
};
