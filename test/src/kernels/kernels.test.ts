import { benches } from './backends.ts';
import { itComputes } from './suite.ts';

benches.forEach(itComputes);
