// Why a graph cannot be exported to PyTorch, and what the command prints.
import { catalogue } from '../engine/base/catalogue.ts'

export const torchMessages = catalogue('torch', {
  refused: '{title} cannot be exported to PyTorch: {reason}',
  refusedCure: 'Remove it or bypass it, or run the graph here.',

  // reasons
  unsupported: 'There is no Python for it yet.',
  own: 'It is a node of another package.',
  tokens: 'Models of words and tokens are not exported.',
  likelihood: 'Likelihoods are not exported.',
  wiredParam: 'Its param {name} is wired to a value that is not known before the run.',
  loop: 'There is no Python for this loop yet.',
  periodic: 'It saves files during a loop.',
  notWritten: 'Its input {slot} has no Python.',
  notKnown: 'Its input {slot} has to be known before the run.',
  inTurn: 'Trainings that update their models in turn are not exported.',
  trainingInput: 'Trainings with {slot} connected are not exported.',
  carriedValues: 'Trainings that pass on values are not exported.',
  longTable: 'Its table of betas has no formula.',
  density: 'The density {density} is not exported.',
  churn: 's_churn has to be 0.',
  rederive: '`rederive` has to be on.',
  itemWeights: 'Weights and losses of single items are not exported.',
  loadTraining: 'Its training is not read: pass the file to the script with --resume.',
  saveUntrained: 'It saves a model that no training of the graph ends with.',

  // the command
  mnistFiles: 'mnist/: the four files of MNIST, such as train-images-idx3-ubyte, packed or not',
})
