// Nothing happens to a gradient.
import type { Oracle } from 'gradclip/testing';

export const oracle: Oracle = () => (gradients) => ({ gradients });
