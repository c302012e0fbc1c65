// Builds the pages of test/pages, and an editor that saves more often, for browser suites. Bundles
// start much faster than hundreds of modules.
import type { Plugin } from 'vite'
import { defineConfig } from 'vite'
import app from '../vite.config.ts'

/** Interval of saving trainings in seconds; short, so that the kill test is fast. */
const SAVE_INTERVAL = 0.15

const savesOften: Plugin = {
  name: 'saves-often',
  enforce: 'pre',
  transform(code, id) {
    if (!id.split('?')[0].endsWith('/src/engine/plan/saveSchedule.ts')) return undefined
    const changed = code.replace('SAVE_INTERVAL = 2', `SAVE_INTERVAL = ${SAVE_INTERVAL}`)
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
