/// <reference types="vite/client" />

declare module '@tensorflow/tfjs-core/dist/register_all_gradients';
declare module '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

declare module 'virtual:catalogue' {
  const catalogue: unknown;
  export default catalogue;
}
