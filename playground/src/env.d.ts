/// <reference types="vite/client" />

declare module '@tensorflow/tfjs-core/dist/register_all_gradients';
declare module '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

declare module 'virtual:catalogue' {
  import type { Catalogue } from './catalogue.ts';
  const catalogue: Catalogue;
  export default catalogue;
}
