// Messages of the engine's host: worker, device and storage.
import { catalogue } from '../engine/base/catalogue.ts'

export const hostMessages = catalogue('host', {
  // worker
  closed: 'The connection to the engine was closed.',
  workerNotLoaded:
    "The script of the engine worker could not be loaded. Reload the page; if this stays, check that the server sends it, and that the page's content security policy allows worker-src 'self'.",
  workerFailed: 'The engine worker failed: {problem}.',
  notLoaded: 'The engine could not be loaded: {problem}.',
  checkParams: 'Check the params of this node.',

  // failures of the engine
  tryAnother: 'Try another browser or another backend.',
  hung: 'The engine did not answer for {seconds} seconds.',
  ended: 'The browser terminated the engine.',
  outOfMemory: 'The engine ran out of memory: {problem}.',
  deviceLost: 'The GPU device was lost.',
  deviceLostBecause: 'The GPU device was lost ({reason}).',
  resumes: 'The engine was restarted, and the run continues from the last saved state.',
  restarts: 'The engine was restarted.',
  reload: 'Reload the page to start the engine again.',
  failedOn: 'The run failed {times} times in a row at this node on {backend}, without progress.',
  failedTimes: 'The run failed {times} times in a row at this node, without progress.',
  hungCure:
    'Lower batch_size or make the model smaller, so that a step takes less time, or choose a faster backend in the status bar.',
  crashedCure: 'Choose another backend in the status bar, or reload the page.',
  memoryCure:
    'Lower batch_size, make the model or its images smaller, or choose another backend in the status bar.',
  deviceCure:
    'Lower batch_size, close other pages that use the GPU, or choose wasm in the status bar.',
  stateKept: 'The last saved state of a training is kept: Run continues from it.',

  // storage
  noStorage:
    'This browser stores nothing here ({problem}). Trainings, checkpoints and data sets are lost when the page is closed.',
  storageSilent:
    "The browser's storage does not answer. Runs work, but trainings, checkpoints and data sets are lost when the page is closed unless it answers. Close other tabs of this page or restart the browser, and download what you need.",
  storageAnswers: "The browser's storage answers again. Everything since then is stored.",
  untilRoom: 'Until there is space, trainings last only as long as the page.',
  overBudget: 'Expected at most {budget} MiB of stored trainings, got {size} MiB.',
  full: "The browser's storage is full: {size} MiB could not be stored.",
  tooLarge:
    'This window cannot store {size} MiB in one piece. Private windows have such limits (127 MiB in Chrome): open the editor in a normal window, or save a checkpoint and download it.',
  freeSpace:
    'Nothing saved before is lost. Free space: delete checkpoints, data sets or workflows that you no longer need (“Storage and backup” in the editor), or free space on the disk.',
  importCancelled: 'The import was cancelled.',
  noCanvas: 'This browser cannot draw in a worker. Use a newer one.',
})
