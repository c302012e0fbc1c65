// Errors of the calls in a script, and what a script prints.
import { englishTexts } from '../engine/base/catalogue.ts'

export const scriptMessages = englishTexts({
  // loops
  noGradients: 'This loop records no gradients.',
  writeFor: 'Write `for (const { ... } of loop)`, with next(...) at the end of its body.',
  noNext: 'Expected a call of next in each iteration, got none.',
  callNext: 'Call next({inputs}) at the end of the iteration.',
  recordsGradients: 'A training records gradients.',
  callRun: 'Pass its body to run(...).',
  readsBack: 'This loop reads values back between its iterations.',
  writeForAwait: 'Write `for await`.',
  progress: '{name} {index} of {count}, loss {loss}',
  position: '{name} {index} of {count}',

  // calls
  unknownNode: 'There is no node {type}.',
  findNode: 'See the node reference. The node may belong to another version.',
  wrongCall: 'Expected another call for {title}.',
  openInEditor: 'Open it in the editor, and generate the script from that graph.',
  useCall: 'Call {call}.',
  asynchronous: 'Expected a call that can wait for {title}, got run.',
  writeLoad: 'Write `await load(...)`.',
  unknownInput: '{title} has no input {slot}.',
  listNames: 'It has {names}.',
  noValue: 'Expected a value for {slot}, got none.',
  giveOrOmit: 'Pass a value, or leave the input out.',
  missingInput: '{title} needs {slot}.',
  giveValue: 'Pass a value for it.',
  unknownParam: '{title} has no param {param}.',
  noOutput: '{title} has no output {slot}.',
  seeOutputs: 'See its outputs in the node reference.',

  // output
  noFolder: '{name} is not written, because `out` is not set.',
  numberRow: '{title}: {name} {value}',
  statistics: '{title}: [{shape}] mean {mean}, std {std}, from {min} to {max}',
  lastValue: '{title}: last {name} {value}',
  noValues: '{title}: {name} has no values',
  points: '{count} points of {name}',
  movingPoints: '{frames} frames of {count} points',
  images: '{count} images',
  namedImages: '{count} images of {name}',
  frames: '{title}: {count} frames',
})
