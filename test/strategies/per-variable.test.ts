import { perVariable } from 'gradclip/strategies';
import { oracle } from '../oracles/per-variable.ts';
import { itKeepsTheLaws, itKeepsTheLawsWith } from '../laws/judge.ts';

itKeepsTheLaws(perVariable, { oracle });
itKeepsTheLawsWith(perVariable, { oracle, options: { axes: [0], ord: 1 }, laws: { direction: 'unit' } });
itKeepsTheLawsWith(perVariable, { oracle, options: { axes: [-1, 0], ord: 'inf' }, laws: { direction: 'unit' } });
itKeepsTheLawsWith(perVariable, { oracle, options: { ord: 3 } });
