// @ts-check
/** Lines of a basket, as they are counted and sent. */

/** @typedef {{code: string, name: string, price: number, quantity: number}} Line */

/** Lines as the API takes them. @param {Line[]} lines */
export function asBody(lines) {
  return lines.map((line) => ({
    article: line.code,
    quantity: line.quantity,
    gross: line.price * line.quantity,
    attributes: { name: line.name },
  }));
}

/** @param {Line[]} lines */
export const totalOf = (lines) => lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
