// @ts-check
/** The one door to the rendering library, so that pages name no vendored path. */
export * from '../vendor/preact.js';
