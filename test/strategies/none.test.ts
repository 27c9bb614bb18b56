import { none } from 'gradclip/strategies';
import { oracle } from '../oracles/none.ts';
import { itKeepsTheLaws } from '../laws/judge.ts';

itKeepsTheLaws(none, { oracle });
