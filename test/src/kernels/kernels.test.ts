import { benches } from './backends.ts';
import { testKernels } from './suite.ts';

benches.forEach(testKernels);
