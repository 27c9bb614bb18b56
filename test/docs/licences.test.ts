import { describe, expect, it } from 'vitest';
import { textOf } from './pages.ts';

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** Licences that allow use, change and distribution beside code under MIT if the notice is kept. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unicode-3.0', 'Unlicense'];

const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, LockedPackage> };
const shipped = Object.entries(packages).filter(
  ([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link,
);

function isPermissive(license = ''): boolean {
  const alternatives = license.replace(/^\(|\)$/g, '').split(' OR ');
  return alternatives.some((alternative) => alternative.split(' AND ').every((one) => PERMISSIVE.includes(one)));
}

describe('the licences of the packages that users install', () => {
  it('are listed in package-lock.json', () => {
    expect(shipped.length).toBeGreaterThan(100);
  });

  it('are all permissive', () => {
    const others = shipped.filter(([, { license }]) => !isPermissive(license));
    expect(others.map(([path, { license }]) => `${path}: ${license ?? 'none'}`)).toEqual([]);
  });
});
