// The till's own camera and worker, on a page with the till's own policy.
import { camera } from '{{assets}}/till/camera.js';
globalThis.found = { first: 0, text: '', frames: () => camera.frames, hits: () => camera.hits };
camera.attach(document.querySelector('video'), {
  onText: ([text]) => {
    found.first ||= performance.now() - began;
    found.text ||= text;
  },
  onState: () => {},
});
