// @ts-check
/** A QR code as one path of an SVG: no inline style, sharp at any size. */
import { html, useEffect, useState } from './html.js';

/** @param {{text: string, label: string}} props */
export function Qr({ text, label }) {
  const [{ path, size }, setCode] = useState({ path: '', size: 1 });
  useEffect(() => {
    // Fetched when the first card is shown: most customers have theirs.
    import('../vendor/uqr.js').then(({ encode }) => {
      const code = encode(text, { ecc: 'M', border: 3 });
      const dark = (/** @type {boolean[]} */ row, /** @type {number} */ y) =>
        row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')).join('');
      setCode({ path: code.data.map(dark).join(''), size: code.size });
    });
  }, [text]);
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label}
    shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" />
  </svg>`;
}
