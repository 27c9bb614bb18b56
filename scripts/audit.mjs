// Asks the registry for known vulnerabilities in what the published packages bring. A finding fails. A registry that
// answers no such question, as many mirrors do not, or that cannot be reached, is reported and fails nothing: what
// nobody was asked nobody has denied.
import { spawnSync } from 'node:child_process';

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', shell: false });

function answerOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const answer = answerOf(stdout);
const counts = answer?.metadata?.vulnerabilities;
if (counts === undefined) {
  const reason = answer?.message ?? answer?.error?.summary ?? stderr.trim().split('\n').at(-1);
  console.log(`not checked: the registry did not answer (${reason})`);
} else if (counts.total === 0) {
  console.log('no known vulnerabilities in what is shipped');
} else {
  for (const { name, severity, via } of Object.values(answer.vulnerabilities)) {
    const found = via.map((one) => (typeof one === 'string' ? `through ${one}` : `${one.title} (${one.url})`));
    console.error(`${name}: ${severity}: ${found.join('; ')}`);
  }
  process.exitCode = 1;
}
