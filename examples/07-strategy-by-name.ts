import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';

const container = createContainer({ strategies: allStrategies });
const registry = container.get(TOKENS.StrategyRegistry);

const strategy = registry.create({
  id: 'chain',
  options: {
    strategies: [
      { id: 'per-value', options: { maxAbs: 5 } },
      { id: 'adaptive-percentile', options: { percentile: 90 } },
    ],
  },
});

console.log(`${registry.ids().length} strategies, such as ${registry.ids().slice(0, 3).join(', ')}`);
console.log(JSON.stringify(strategy.options));
