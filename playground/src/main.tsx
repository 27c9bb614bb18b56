import { render } from 'preact';
import { Charts, specsNow } from './charts.tsx';
import { Presets } from './presets.tsx';
import { RunRow } from './run-row.tsx';
import { notice, restart, runs } from './session.ts';
import { Sentence } from './sentence.tsx';
import { Toolbar } from './toolbar.tsx';

function App() {
  const specs = specsNow();
  return (
    <>
      <Presets />
      {notice.value === undefined ? null : (
        <p class="notice" role="alert">
          {notice.value}
        </p>
      )}
      <Sentence specs={specs} />
      <Toolbar />
      <Charts />
      <div class="runs">
        {runs.value.map((run, index) => (
          <RunRow key={index} index={index} run={run} spec={specs[index]!} />
        ))}
      </div>
    </>
  );
}

// First, so that the worker loads while the page is drawn, and there are runs to draw.
restart();
const app = document.getElementById('app');
if (app !== null) render(<App />, app);

// The fragment of the address is the set-up, so a link within the page must not change it.
document.querySelector('a[href="#article"]')?.addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('article')?.scrollIntoView();
});
