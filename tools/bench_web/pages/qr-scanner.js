// As its page shows it: its own loop, its own region.
import QrScanner from '/peer/qr-scanner.js';
globalThis.found = { first: 0, text: '' };
const scanner = new QrScanner(document.querySelector('video'), ({ data }) => {
  found.first ||= performance.now() - began;
  found.text ||= data;
}, { returnDetailedScanResult: true, maxScansPerSecond: 25 });
scanner.start();
