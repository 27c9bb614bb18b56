import { adding } from './adding.ts';
import { charLm } from './char-lm.ts';
import { copyMemory } from './copy-memory.ts';
import { sentiment } from './sentiment.ts';
import { speech } from './speech.ts';
import { stocks } from './stocks.ts';
import { temporalOrder } from './temporal-order.ts';
import { translation } from './translation.ts';
import { weather } from './weather.ts';

/** All built-in tasks, in the order of the reports. */
export const tasks = [
  charLm,
  translation,
  sentiment,
  speech,
  stocks,
  weather,
  temporalOrder,
  adding,
  copyMemory,
] as const;
