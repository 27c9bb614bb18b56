import { perValue } from 'gradclip/strategies';
import { oracle } from '../oracles/per-value.ts';
import { itKeepsTheLaws, itKeepsTheLawsWith } from '../laws/judge.ts';

itKeepsTheLaws(perValue, { oracle });
itKeepsTheLawsWith(perValue, { oracle, options: { min: -0.5, max: 2 } });
