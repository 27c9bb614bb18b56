/** The largest finite float32. */
export const LARGEST = 3.4028234663852886e38;

/**
 * The smallest normal float32, 2⁻¹²⁶ ≈ 1.18e-38. Smaller numbers are denormal; some devices flush them to zero.
 *
 * @category Named tensors
 */
export const SMALLEST_NORMAL = 2 ** -126;
