// Default locations of the engine, in forms that bundlers recognise.

export const defaultWorker = () =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

export const defaultEngine = (): Promise<typeof import('./page.ts')> => import('./page.ts')
