import { it } from 'vitest';

it.skip('runs on webgl and webgpu: no Chromium was found; install one, or name it in CHROMIUM_PATH', () => undefined);
