// Messages of the engine's host: worker, device and storage.
import { catalogue } from '../../engine/base/catalogue.ts'

export const hostMessages = catalogue('host', {
  // worker
  closed: 'The connection to the engine was closed.',
  workerNotLoaded: 'The script of the engine worker could not be loaded.',
  workerFailed: 'The engine worker failed: {problem}.',
  notLoaded: 'The engine could not be loaded: {problem}.',
  checkParams: 'Check the params of this node.',

  // device
  tryAnother: 'Try another browser or another backend.',
  deviceLost: 'The GPU device was lost.',
  deviceLostBecause: 'The GPU device was lost ({reason}).',
  restarting: 'It is restarting. Press Run to continue from the last saved state.',

  // storage
  noStorage:
    'This browser stores nothing here ({problem}). Trainings, checkpoints and data sets are lost when the page is closed.',
  untilRoom: 'Until there is space, trainings last only as long as the page.',
  overBudget: 'Expected at most {budget} MiB of stored trainings, got {size} MiB.',
  full: "The browser's storage is full: {size} MiB could not be stored.",
  freeSpace:
    'Nothing saved before is lost. Delete checkpoints, data sets or workflows that you no longer need, or free space on the disk.',
  importCancelled: 'The import was cancelled.',
  noCanvas: 'This browser cannot draw in a worker. Use a newer one.',
})
