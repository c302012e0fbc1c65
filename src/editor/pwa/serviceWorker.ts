// Service worker of the built editor, which then starts and runs without a network. The build adds
// the list of files (build/offline.ts).
import type { Built } from './fileCache.ts'
import { listenToWorkerEvents } from './workerEvents.ts'

declare const __BUILT__: Built
declare const self: ServiceWorkerGlobalScope

listenToWorkerEvents(self, __BUILT__)
