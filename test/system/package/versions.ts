/** The oldest Node that `engines` allows, and the newest of each maintained line. */
export const NODES = ['20.19.0', '22.23.3', '24.21.0', '26.10.0'] as const;

/** The oldest TensorFlow.js that the peer range allows. */
export const OLDEST_TFJS = '4.20.0';
