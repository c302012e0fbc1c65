// Faults of nodes of the process, of sampling, of loops and tools.
import { catalogue } from '../engine/base/catalogue.ts'

export const samplingMessages = catalogue('sampling', {
  // process
  forwardStep: 'Expected a step of the forward process, an integer from 0 to {last}, got {got}.',
  startAtZero: 'Start with t = 0: step t goes from t - 1 to t.',
  noSchedule: 'Expected a schedule in which t has this {by}, got none.',
  connectSchedule: 'Connect a schedule, or set `by` to t.',
  tooMuchNoise: 'Expected noise that fits into memory, got [{shape}].',
  lessNoise: 'Lower batch_size or shape.',
  offsetImages: 'Expected images [b, h, w, c] for an offset per channel, got [{shape}].',
  noOffset: 'Set noise_offset to 0.',
  noBatchSize: 'Expected a batch_size above 0 while `like` is not connected, got 0.',
  setBatchSize: 'Set batch_size to 64, or connect `like`.',
  noiseShape: 'Expected one size (points) or three (height, width, channels), got "{got}".',
  writeShape: 'Write 2, or 28, 28, 1, or connect `like`.',
  coupledShapes: 'Expected noise with the shape of x_0, [{expected}], got [{got}].',
  connectLike: 'Connect x_0 to `like` of GaussianNoise.',
  coupledBatch:
    'Expected at most {most} items, since the time of an exact assignment grows with the cube of the batch, got {got}.',
  smallerBatch: 'Lower batch_size.',
  otherPrediction: 'Expected {second} of the kind of {first}, {expected}, got {got}.',
  convertPrediction: 'Make both of one kind, with Target or ConvertPrediction.',
  epsilonOfNoise:
    'At t = {t}, x_t is pure noise: a model that predicts epsilon only has to copy it, and sampling cannot start there. Models that predict v_prediction learn something.',

  // sampling
  noiseOnly:
    'Expected a prediction that depends on the data at t = {t}, where x_t is pure noise, got that noise ({predicts}).',
  predictFlow:
    'Set `predicts` of the model to flow_prediction. A network has to be trained that way.',
  predictVelocity:
    'Set `predicts` of the model to v_prediction; a network has to be trained that way. Or start where some signal is left: set timestep_spacing to leading, with fewer steps than timesteps.',
  cleanStart: 'Expected a t with some noise for this step, got {t}, which is clean data.',
  addNoise: 'To add noise to clean data, use EulerStep, or DDIMStep with eta = 0.',
  emptyList: 'Expected a list of timesteps with at least one step, got none.',
  connectTimesteps: 'Connect Timesteps: its first t and its last t_prev are used.',
  notAtEnd: 'Expected to reach the end within {steps} steps, got to t = {t}.',
  raiseSteps: 'Raise max_steps, or rtol of the step.',
  notMoved: 'Expected {slot}, the next step of {input}, got none.',
  connectStep: 'Connect what a step made of x_t.',
  connectLikelihoodStep: 'Connect what a step made of x_t of LikelihoodStart.',
  stepIndex:
    'Expected t with the index of its step, which sets the order of this step, got t alone.',
  connectStart: 'Connect t of SamplingStart.',
  bh1AtData:
    'Expected a list of timesteps that ends at some noise for bh1, got clean data, where its B(h) = h is infinite.',
  useBh2: 'Set solver_type to bh2, or `end` of Timesteps to smallest.',

  // loops and tools
  noElements: 'Expected a list with at least one element, got none.',
  writeElements: 'Write numbers or names, such as 1, 2, 5, 10.',
  longList: 'Expected a list of at most {most} characters, got {count}.',
  shortenList: 'Shorten the list.',
  manyElements: 'Expected at most {most} elements, got at least {count}.',
  fewerElements: 'Remove elements, or raise the step of a range.',
  emptyRange: 'Expected a range with at least one number, got {range}.',
  writeRange: 'Write start:stop:step, such as 0:10:2 or 10:0:-2. The stop is left out.',
  otherSamples: 'Expected samples [{expected}], as in the first iteration, got [{got}].',
  sameSamples: 'Collect samples of one shape.',
  conditions: 'Expected a condition for each item, [{expected}], or one for all, got [{got}].',
  sameBatch: 'Take condition and x_0 from the same Batch.',
  otherType: 'Expected {expected}, as at {slot} of RepeatStart, got {got}.',
  keepType: 'Connect the same type to both ends: a loop keeps the type of its values.',
  severalTimesteps: 'Expected one timestep, got {count} different ones.',
  oneTimestep: 'Connect a Timestep: every item takes the same number of iterations.',
  fractionalTimestep: 'Expected an integer timestep of at least -1, got {got}.',
  connectTimestep: 'Connect a Timestep.',
  waitingLoop:
    '{title} waits for data between its iterations, which a script cannot do while gradients are recorded.',
  moveOut: 'Move it out of the loop.',
  otherKind: 'Expected {expected}, as at a, got {got}.',
  mixOneKind: 'Mix values of one kind. ConvertPrediction returns a prediction as samples too.',
  mask: 'Expected a number or a mask that fits a, [{expected}], got [{got}].',
  fitMask: 'Make the mask as large as a, with size 1 along each axis on which it does not vary.',
  independentValue: 'Expected a value that depends on an x of {start}, got one that does not.',
  connectEach:
    'Connect x of {start} to the nodes that compute the value, instead of the value that goes into it.',
  tangentShape: 'Expected the shape of {argument}, [{expected}], got [{got}].',
  fitTangent: 'Connect a direction for each element of {argument}.',
})
