/**
 * The program of a report: it draws the charts again, so that they answer the pointer and the keyboard, and makes the
 * legends switches. Without it the page has everything but that.
 *
 * @module
 */

import { announcerIn } from './announcer.ts';
import { liveLegends } from './legends.ts';
import { HINT_ID } from './live-chart.ts';
import { LiveRow } from './live-row.ts';

const HINT =
  'Point at a chart, or focus it and use the arrow keys, to read its values. Select a name in the legend to hide its ' +
  'lines. A printed report shows everything.';

const hidden = new Set<string>();
const announce = announcerIn(document);
const rows = [...document.querySelectorAll<HTMLElement>('.row')].map((row) => new LiveRow(row, hidden, announce));
liveLegends(document, hidden, () => rows.forEach((row) => row.refresh()), announce);

const hint = document.createElement('p');
hint.id = HINT_ID;
hint.className = 'soft hint';
hint.textContent = HINT;
document.querySelector('.legend, .row')?.before(hint);
