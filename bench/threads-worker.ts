// Times steps with a number of threads, in a worker of an isolated page; see threads.ts.
import { wasmFiles } from '../src/hosts/worker/wasmFiles.ts'
import { timeSteps, type TimingRequest } from './threadTimes.ts'

globalThis.addEventListener('message', async ({ data }: MessageEvent<TimingRequest>) => {
  // tfjs allows as many threads as there are cores.
  Object.defineProperty(navigator, 'hardwareConcurrency', {
    value: data.threads,
    configurable: true,
  })
  globalThis.postMessage(await timeSteps(data, wasmFiles))
})
