declare module 'node-wav' {
  /** Decodes a WAV file; undefined if it contains no samples. */
  export function decode(
    file: ArrayBuffer,
  ): { readonly sampleRate: number; readonly channelData: readonly Float32Array[] } | undefined;
}
