// Vite plugin: tfjs without the parts that the engine does not use. The union package also imports
// layers, converter and data, and the backends of WebGL and JavaScript, which the engine imports when
// it needs them. They are more than a third of its code.
import type { Plugin } from 'vite'

const NAME = '@tensorflow/tfjs'
const RESOLVED = '\0slim-tfjs'

/** The imports and exports of the union package that the engine needs. */
const CODE = `
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
export * from '@tensorflow/tfjs-core'
`

export const slimTfjs = (): Plugin => ({
  name: 'slim-tfjs',
  enforce: 'pre',
  apply: 'build',
  resolveId: (id) => (id === NAME ? RESOLVED : undefined),
  load: (id) => (id === RESOLVED ? CODE : undefined),
})
