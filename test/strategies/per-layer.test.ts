import { perLayer } from 'gradclip/strategies';
import { oracle } from '../oracles/per-layer.ts';
import { itKeepsTheLaws, itKeepsTheLawsWith } from '../laws/judge.ts';

itKeepsTheLaws(perLayer, { oracle });
itKeepsTheLaws(perLayer, {
  oracle,
  options: { maxNorm: 2, layers: { 'lstm*': 0.25, dense: Infinity, embedding: 0.5 } },
});
