// A release has one version in every file, and no dependency with a known vulnerability.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../../docs/pages.ts';

function run(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<[code: number, said: string]> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`scripts/${script}`, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
    child.on('close', (code) => {
      resolve([code ?? -1, said]);
    });
  });
}

describe('scripts/release-version.mjs', () => {
  it('finds one version in packages, changelog and citation', async () => {
    expect(await run('release-version.mjs', [])).toEqual([0, '']);
  });

  it('names every file with a different version', async () => {
    const [code, said] = await run('release-version.mjs', ['99.0.0']);
    expect(code).toBe(1);
    expect(said).toMatch(/^package\.json says .*, not 99\.0\.0\.$/m);
    expect(said.match(/not 99\.0\.0/g)).toHaveLength(5);
  });
});

const VERSION = '1.5.0';

describe('scripts/audit.mjs', () => {
  const cache = mkdtempSync(join(tmpdir(), 'gradclip-npm-'));
  afterAll(() => {
    rmSync(cache, { recursive: true });
  });

  /** Runs the script against a registry with this answer to npm's bulk advisory request. */
  async function audited(answer: (asked: Record<string, unknown>) => object | undefined) {
    const registry = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts);
        const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        // npm also requests the list of versions.
        const found =
          request.method === 'POST'
            ? answer(JSON.parse(text.toString()) as Record<string, unknown>)
            : { name: request.url?.slice(1), versions: { [VERSION]: { version: VERSION } } };
        response.writeHead(found === undefined ? 405 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(found ?? {}));
      });
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { port } = registry.address() as AddressInfo;
    try {
      return await run('audit.mjs', [], {
        npm_config_registry: `http://127.0.0.1:${port}/`,
        npm_config_fetch_retries: '0',
        npm_config_cache: cache,
      });
    } finally {
      registry.close();
    }
  }

  it('asks about every shipped dependency and passes when there are no advisories', async () => {
    let asked: string[] = [];
    const [code, said] = await audited((packages) => {
      asked = Object.keys(packages);
      return {};
    });
    expect([code, said]).toEqual([0, 'no known vulnerabilities in the shipped packages\n']);
    expect(asked).toEqual(expect.arrayContaining(['inversify', 'reflect-metadata', 'valibot', 'commander', 'bullmq']));
    expect(asked).not.toContain('vitest');
  });

  it('fails on an advisory and names it', async () => {
    const [code, said] = await audited(() => ({
      valibot: [
        {
          ...{ id: 1, url: 'https://example.org/advisory', title: 'It is too kind', severity: 'high' },
          ...{ vulnerable_versions: '*', cwe: [], cvss: { score: 0, vectorString: null } },
        },
      ],
    }));
    expect(code).toBe(1);
    expect(said).toContain('valibot: high: It is too kind (https://example.org/advisory)');
  });

  it('reports an unreachable registry and passes', async () => {
    const [code, said] = await audited(() => undefined);
    expect(code).toBe(0);
    expect(said).toMatch(/^not checked: the registry returned no audit report \(.*405/);
  });
});
