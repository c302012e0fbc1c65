// Faults and notices of planning and running a graph.
import { catalogue } from '../base/catalogue.ts'

export const planMessages = catalogue('plan', {
  // nodes and wires
  unknownType: 'Unknown node type {type}.',
  loadPack: 'Load the node pack that has it, or delete the node.',
  notConnected: 'Required input {slot} is not connected.',
  connect: 'Connect {kinds}.',
  noInput: '{node} has no input {slot}.',
  itsInputs: 'Use one of its inputs: {slots}.',
  missingNode: 'Input {slot} is connected to {node}, which is not in the graph.',
  connectAgain: 'Connect it again.',
  noOutput: '{node} has no output {slot}.',
  itsOutputs: 'Use one of its outputs: {slots}.',
  wrongKind: 'Expected {expected} for {slot}, got {got} from {output} of {node}.',
  cycle: 'The graph has a cycle: {nodes}.',
  breakCycle:
    'Remove one of the wires. A value for the next iteration goes through the End of a loop.',
  expandsIntoItself: '{node} expands into itself.',
  declareOtherwise: 'Declare the node with run, or leave it out of its own expansion.',

  // params as inputs
  unknownParam:
    'Expected a value of {param} that is known before the run, got one that is computed during the run.',
  setParam: 'Disconnect {param} and set it, or connect Number, Boolean or Text.',
  deviceNumber: 'Expected a number that is known on the CPU for {param}, got one on the device.',
  readNumber: 'Put ReadNumber between the two.',
  useFormula: 'Compute with Formula, which takes it as an input: {start} cannot read numbers back.',

  // targets
  nothingToRun: 'There is nothing to run: no node shows or saves a result.',
  addObserver:
    'Add Scatter, Chart or Inspect and connect a value to it, or choose "Run to here" on a node.',
  noTarget: 'There is no node {id} to run to.',
  chooseTarget: 'Choose a node of this graph.',
  computesNothing: '{node} computes nothing, so the graph cannot be run to it.',
  chooseOther: 'Choose another node.',
  notExpandable: 'Expected a node made of other nodes, got {type}.',
  openSampler: 'Open a Sampler instead.',

  // loops
  noStart: '{node} has no Start.',
  connectStart: 'Connect output `loop` of a {start} to it.',
  wrongEnd: '{node} cannot end {start}.',
  useEnd: 'Use {end}, the End that belongs to it.',
  secondEnd: '{start} has a second End.',
  deleteEnd: 'Delete one of the two: a loop has one Start and one End.',
  noEnd: '{start} has no End.',
  addEnd: 'Add a {end} and connect `loop` to it.',
  innerAndFinal:
    'A value from inside this loop is used together with a result of all its iterations.',
  takeBoth: 'Take both values after the End, or both inside the loop.',
  mutualLoops:
    'The loops of {first} and {second} each need a value from the iterations of the other.',
  separateLoops:
    'This node depends on the iterations of two loops, {first} and {second}, neither of which is inside the other.',
  takeFromEnd: 'Take the value of one of them from its End.',
  escapes: '{node} uses a value from inside the loop of {start}.',
  takeAfter: 'Take the value from an output of {end}, after the last iteration.',
  noSamplingLoop: '{node} remembers earlier steps, so it needs a sampling loop, but is in none.',
  takeFromSampling: 'Take its x_t from a SamplingStart.',
  loopsTooDeep: 'Expected loops at most {most} deep in one another, got more.',
  fewerLoops: 'Take the values of some loops from their End.',
  decidingLoop:
    'A loop that decides after each iteration whether to continue cannot run inside {start}.',
  fixIterations: 'Give it a fixed number of iterations, or move it out of {start}.',
  waitingLoop:
    'A loop that reads values back after each iteration cannot run inside {start}, which records gradients.',
  moveLoopOut: 'Move it out of {start}.',
  nestedTraining:
    'A training cannot run inside {start}: the gradient of {start} would not pass through its steps.',
  trainInRounds:
    'Train both models in one loop, as model and model_2, or in turn in the rounds of a Repeat.',
  differentiableTime: '{node} cannot be differentiated with respect to the timestep of {start}.',
  constantTimestep: 'Connect the timestep that is wired to {start}, which is a constant.',
  fixAround:
    'This is an error in the code of the loop, not in the graph: correct its function `around`, or report it to its author.',
  readsInUnit:
    '{node} reads tensors back to the CPU, which is not possible while {start} records gradients.',
  readAfter:
    'Take its values from outside the body of {start}, such as from the outputs of its End.',
  unknownInUnit:
    'Expected a batch of data and noise whose numbers are known on the CPU, while gradients are recorded, got computed ones.',
  connectKnown:
    'Connect x_0 of the Start and noise of GaussianNoise without nodes in between, or move the node out of the loop.',
  drawnOnce: '{node} draws once: every iteration of {start} gets the same {kind}.',
  drawAgain: 'To draw again in every iteration, connect an output of {start} to its input `like`.',

  // trainings
  independentLoss:
    'The loss does not depend on the model of {start}, so there is nothing to train.',
  independentOf: '{loss} does not depend on {model} of {start}, which it trains.',
  connectModel: 'Connect output `{model}` of {start} to Predict, instead of the model itself.',
  noRecord: '{node} needs the losses of earlier steps, but none are recorded.',
  connectLosses: 'Connect `losses` of Loss to {end}.',
  lossNotFinite: 'Expected a finite loss, got {value} at step {step}.',
  lossExploded: 'Expected a loss below {limit}, got {value} at step {step}: the training diverges.',
  weightsNotFinite: 'Expected finite weights, got others after step {step}.',
  forwardNotFinite:
    'Layer {layer} is the first with an output that is not finite, in the forward pass of step {step}.',
  backwardNotFinite:
    'Layer {layer} is the first with a gradient that is not finite, in the backward pass of step {step}.',
  lowerRate:
    'Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1.',
  goodWeights: 'The weights after step {step} are kept: set steps to {step} to use them.',
  damagedTraining:
    'The training stored at step {step} is damaged and was deleted. Training continues from step {from}, which was stored before it.',
  damagedOnly:
    'The training stored at step {step} is damaged and was deleted. No earlier step is stored, so it trains from the start.',
  otherArithmetic:
    'A state of step {step} of this training is stored, but it was computed with other arithmetic. No training continues with other bits, so this one starts at step 0. To continue, choose the arithmetic as before.',
  damagedOrigin:
    'The record of the weights that this training continued from is damaged and was deleted.',
  wrongChecksum: 'Expected the stored checksum {expected}, got {got}.',
  laterRecord: 'Expected a stored record of version {expected}, got version {got}.',
  misshapenRecord: 'Expected a stored training, got other bytes.',
  originDeleted: 'The weights that this training continued from are no longer stored.',
  originMisfits: 'The weights that this training continued from do not fit the model.',
  changeSeed: 'Change its seed to train from the start.',

  // work
  manyIterations: 'Expected at most {most} planned iterations, got {count}.',
  fewerIterations: 'Lower the numbers of nested loops: they multiply.',

  // runs
  noValue: 'Output {slot} has no value.',
  removeWire: 'Remove this wire, or connect the input that this value comes from.',
  useLabels: 'Use a data set with labels, or remove this wire.',
  useCaptions: 'Connect CaptionTokens between the data set and this node, or remove this wire.',
  connectTime: 'Connect t to Loss: losses are recorded by timestep.',
  useTraining: 'Choose a checkpoint that was saved with `training` connected, or remove this wire.',
  useSchedule: 'Connect a NoiseSchedule instead, like the one that the model was trained with.',
  useNumbers: 'Write only numbers in its list, or connect its output `text`.',
  inspectShapes: 'Check the shapes of its inputs with Inspect.',
  waitWhileRecording:
    'A node in this loop waits for data, which is impossible while gradients are recorded.',
  moveOut: 'Move it out of the loop.',
  fewerSamples: 'Sampling every {every} steps instead of {wanted}, to keep training fast.',
  noAsset: '{name} is not available here.',

  // layers
  unusedLayer: '{node} is not used by any model.',
  useLayer: 'Connect it to layers that lead to ModelOutput, or remove it.',
})

/** Randomly drawn values. */
export const planWords = catalogue('planWords', {
  noise: 'noise',
  timestep: 'timestep',
})
