import { globalNorm } from 'gradclip/strategies';
import { oracle } from '../oracles/global-norm.ts';
import { itKeepsTheLaws } from '../laws/judge.ts';

itKeepsTheLaws(globalNorm, { oracle });
