// Builds the pages of test/pages, and an editor that saves more often, for browser suites. Bundles
// start much faster than hundreds of modules.
import type { Plugin } from 'vite'
import { defineConfig } from 'vite'
import app from '../vite.config.ts'

/** Interval of saving trainings in seconds; short, so that the kill test is fast. */
const SAVE_INTERVAL = 0.15

/** Constants by file, of the engine's default and of the editor's settings. */
const intervals: Record<string, string> = {
  '/src/engine/plan/saveSchedule.ts': 'SAVE_INTERVAL = 2',
  '/src/editor/storage/settings.ts': 'saveEvery: 2',
}

const savesOften: Plugin = {
  name: 'saves-often',
  enforce: 'pre',
  transform(code, id) {
    const path = id.split('?')[0]
    const [, interval] = Object.entries(intervals).find(([file]) => path.endsWith(file)) ?? []
    if (interval === undefined) return undefined
    const changed = code.replace(interval, interval.replace('2', String(SAVE_INTERVAL)))
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
      ...(config.build?.assetsInlineLimit !== undefined && {
        assetsInlineLimit: config.build.assetsInlineLimit,
      }),
      minify: false,
      rolldownOptions: { input: ['index.html', 'test/pages/engine.html'] },
    },
  }
})
