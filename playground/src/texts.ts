import mobyDick from '../assets/moby-dick.txt?url';
import seattle from '../assets/seattle-weather.csv?url';

const FILES: Readonly<Record<string, string>> = { 'char-lm': mobyDick, weather: seattle };

/** The data of a task: pasted text, the file that comes with the page, or nothing where the task makes its own. */
export async function textFor(task: string, own: string | undefined): Promise<string> {
  if (own !== undefined) return own;
  const file = FILES[task];
  if (file === undefined) return '';
  const response = await fetch(file);
  if (!response.ok) throw new Error(`The data of this task could not be fetched (${response.status}).`);
  return response.text();
}
