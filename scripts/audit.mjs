// Fails if the registry knows a vulnerability in a dependency of the published packages. A registry that cannot be
// reached, or that does not support audits, as many mirrors do not, is reported and does not fail.
import { spawnSync } from 'node:child_process';

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', shell: false });

function parseReport(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const report = parseReport(stdout);
const counts = report?.metadata?.vulnerabilities;
if (counts === undefined) {
  const reason = report?.message ?? report?.error?.summary ?? stderr.trim().split('\n').at(-1);
  console.log(`not checked: the registry returned no audit report (${reason})`);
} else if (counts.total === 0) {
  console.log('no known vulnerabilities in the shipped packages');
} else {
  for (const { name, severity, via } of Object.values(report.vulnerabilities)) {
    const findings = via.map((one) => (typeof one === 'string' ? `through ${one}` : `${one.title} (${one.url})`));
    console.error(`${name}: ${severity}: ${findings.join('; ')}`);
  }
  process.exitCode = 1;
}
