// Lets tables whose columns do not fit side by side on a phone stack there: docs/theme/style.css does it for the class
// `stacks`, with the title of its column before each cell.

const PHONE_WIDTH = 326;
const CHARACTER_WIDTH = 8;
const CELL_PADDING = 20;
const READABLE_TEXT = 14;
const MOST_COLUMNS = 4;

/** A markdown-it plugin. Tables with aligned columns are numbers to compare, so they scroll instead. */
export function stackWideTables(parser) {
  parser.core.ruler.push('stack-wide-tables', ({ tokens }) => {
    for (const [index, { type }] of tokens.entries())
      if (type === 'table_open') {
        const end = tokens.findIndex((token, at) => at > index && token.type === 'table_close');
        stackIfWide(tokens.slice(index, end));
      }
  });
}

function stackIfWide(tokens) {
  const rows = rowsOf(tokens);
  const columns = rows[0].length;
  const isAligned = rows.some((row) => row.some(({ cell }) => cell.attrGet('style') !== null));
  if (isAligned || columns > MOST_COLUMNS) return;
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => leastWidth(row[column].text, column))));
  if (widths.reduce((sum, width) => sum + width) <= PHONE_WIDTH) return;
  tokens[0].attrJoin('class', 'stacks');
  for (const row of rows.slice(1))
    for (const [column, { cell }] of row.entries())
      if (column > 0 && columns > 2) cell.attrSet('data-title', rows[0][column].text.content);
}

/** The cells of each row, the titles first: the token that opens the cell, and the one with its text. */
function rowsOf(tokens) {
  const rows = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'tr_open') rows.push([]);
    if (token.type === 'th_open' || token.type === 'td_open')
      rows.at(-1).push({ cell: token, text: tokens[index + 1] });
  }
  return rows;
}

/** The pixels that a cell needs at least. Code in the first column does not break, and long text needs room. */
function leastWidth({ content, children }, column) {
  const codes = column === 0 ? children.filter(({ type }) => type === 'code_inline') : [];
  const words = [...children.flatMap((token) => token.content.split(/[\s/]+/)), ...codes.map((token) => token.content)];
  const longest = Math.max(...words.map((word) => word.length), content.length > 2 * READABLE_TEXT ? READABLE_TEXT : 0);
  return longest * CHARACTER_WIDTH + CELL_PADDING;
}
