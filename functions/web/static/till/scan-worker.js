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
const OPTIONS = {
  formats: ['QRCode', 'Code128', 'Aztec', 'PDF417', 'DataMatrix'],
  maxNumberOfSymbols: 2,
  tryHarder: true,
  tryInvert: true,
};

onmessage = async ({ data: frame }) => {
  await ready;
  const started = performance.now();
  canvas.width = frame.width;
  canvas.height = frame.height;
  context.drawImage(frame, 0, 0);
  frame.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const found = await readBarcodes(pixels, OPTIONS);
  const texts = [...new Set(found.filter((code) => code.isValid).map((code) => code.text))];
  postMessage({ texts, ms: performance.now() - started });
};
