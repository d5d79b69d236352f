// The first script of each page: what the browser spent before it is nobody's doing.
globalThis.began = performance.now();
