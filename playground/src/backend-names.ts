/** The backends, the one most likely to serve first. */
export const BACKENDS = ['wasm', 'webgpu', 'webgl', 'cpu'] as const;

/** One of the backends. */
export type Backend = (typeof BACKENDS)[number];
