declare module 'node-wav' {
  /** Reads a WAV file; undefined where it has no samples. */
  export function decode(
    file: ArrayBuffer,
  ): { readonly sampleRate: number; readonly channelData: readonly Float32Array[] } | undefined;
}
