// Builds what browser suites open besides the editor as it is: the pages of test/pages, and an editor that saves more often. Of
// some hundred modules each the sources make one file, so that a page or a worker starts in a fraction of the time.
import type { Plugin } from 'vite'
import { defineConfig } from 'vite'
import app from '../vite.config.ts'

/** Trainings are written to storage this often here, in milliseconds; otherwise the test of a kill would take long. */
const SAVE_EVERY = 150

const savesOften: Plugin = {
  name: 'saves-often',
  enforce: 'pre',
  transform(code, id) {
    if (!id.split('?')[0]!.endsWith('/src/engine/plan/loopStates.ts')) return undefined
    const changed = code.replace('SAVE_EVERY = 15_000', `SAVE_EVERY = ${SAVE_EVERY}`)
    if (changed === code) this.error('How often a training is saved is written otherwise now.')
    return { code: changed, map: null }
  },
}

export default defineConfig((env) => {
  const { plugins, worker, ...config } = app(env)
  return {
    ...config,
    plugins: [plugins, savesOften],
    worker: { ...worker, plugins: () => [worker!.plugins!(), savesOften] },
    build: {
      minify: false,
      rolldownOptions: { input: ['index.html', 'test/pages/engine.html'] },
    },
  }
})
