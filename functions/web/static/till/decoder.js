// @ts-check
/**
 * The worker that decodes pictures. The page names this module first: its code and its WebAssembly
 * load while the page itself is still being read.
 */
export const decoder = new Worker(new URL('scan-worker.js', import.meta.url), { type: 'module' });
