// @ts-check
/** A QR code as one path of an SVG: no inline style, sharp at any size. */
import { encode } from '../vendor/uqr.js';
import { html } from './html.js';

/** @param {{text: string, label: string}} props */
export function Qr({ text, label }) {
  const { data, size } = encode(text, { ecc: 'M', border: 3 });
  let path = '';
  data.forEach((row, y) =>
    row.forEach((dark, x) => {
      if (dark) path += `M${x} ${y}h1v1h-1z`;
    }),
  );
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label}
    shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" />
  </svg>`;
}
