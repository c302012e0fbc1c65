// Errors of the diffusion process: schedules, timesteps, samplers, losses and data.
import { catalogue } from '../base/catalogue.ts'

export const processMessages = catalogue('process', {
  // words
  noWords: 'Expected at least one word with at most as many characters as places, got none.',
  tooManyWords: 'Expected at most {most} words with so many characters, got {count}.',

  // schedules
  timestepCount: 'Expected {argument} to be a positive integer, got {T}.',
  zeroSnrOfOneTimestep:
    'Expected at least two timesteps to rescale a schedule to zero terminal SNR, got one.',
  betaRange: 'Expected every β to be above 0 and below 1, got {beta} at t = {t}.',
  scaledBetaRange:
    'Expected every β to be above 0 and below 1, got {beta} at t = {t}: linear_openai multiplies them by 1000 / T.',
  numberList: 'Expected numbers separated by spaces or commas, got "{text}" as number {position}.',
  noNumbers: 'Expected at least one number, got none.',
  tooManyNumbers: 'Expected at most {most} numbers, got {count}.',
  tableBetas:
    'Expected every β to be above 0 and below 1 (the last may be 1), got {value} at t = {t}.',
  tableAlphaBars:
    'Expected every ᾱ to be above 0 and below the one before, the first below 1 (the last may be 0), got {value} at t = {t}.',
  levelRange: 'Expected {argument} of the schedule to be from {least} to {most}, got {value}.',
  timestepRange:
    'Expected a timestep of the schedule, from 0 to {last} (or -1 for clean data), got {t}.',
  sigmaRange:
    'Expected a timestep of the schedule, which is σ here, at least 0 (or -1 for clean data), got {t}.',
  noTimeWithoutSignal:
    'Expected a time at which some signal is left, as at every time of "{schedule}", got one without signal.',
  notDiscrete:
    'Expected a schedule with discrete timesteps, each with its β, got "{schedule}", whose time is continuous.',
  endTime: 'Expected {argument} to be positive and finite, got {T}.',
  sigmaOrder: 'Expected 0 < σ_min < σ_max, got {sigmaMin} and {sigmaMax}.',
  betaGrowth:
    'Expected β_min of at least 0 and β_d above 0, with a sum below 1000, got {betaMin} and {betaD}.',

  // batches
  timestepsPerItem: 'Expected one timestep per item: [{batch}], got [{count}].',
  shape: 'Expected the shape of {like}, [{expected}], got [{shape}].',
  timestepPairs: 'Expected as many values of t_prev as of t: [{expected}], got [{count}].',

  // forward process, posterior, predictions
  lessNoise: 'Expected a time with more noise than t = {from}, got t = {to}.',
  notEarlier: 'Expected a timestep before t = {t}, got {tPrev}.',
  noVariance:
    'Expected a model with a learned variance (two outputs per value), got one output per value.',
  undeterminedInNoise: 'Cannot convert {from} to {to} at t = {t}, where x_t is pure noise.',
  undeterminedInData: 'Cannot convert {from} to {to} at t = {t}, where x_t is clean data.',
  fractionalTimestep: 'Expected integer timesteps of at least 0 to record losses, got t = {t}.',
  cleanDataInOde:
    'Expected a step between noisy times, got clean data (t = -1), at which no model can be evaluated.',

  // lists of timesteps
  respacing:
    'Expected a number of timesteps ("250"), one per section ("10,15,20") or a stride ("ddim50"), got "{text}".',
  respacingStride:
    'Expected a number of timesteps that a stride can give, got "{text}": no integer stride over {T} timesteps gives {count}.',
  respacingSection:
    'Expected at most {size} timesteps from a section of {size}, got {count} in "{text}".',
  stepCount: 'Expected {argument} to be a positive integer, got {count}.',
  stepCountOfSchedule:
    'Expected {argument} to be at most {most}, the number of timesteps there are, got {count}.',
  shiftRange:
    'Expected shift above 0 and shift_terminal from 0 to below 1, got {shift} and {terminal}.',
  shiftWithoutFlow: 'Expected a flow to shift, got the schedule "{schedule}".',
  originalSteps:
    'Expected {argument} to be at most {T}, one step per timestep of the schedule, got {steps}.',
  offset:
    'Expected timesteps of at most {last}, but with an offset of {offset} the first is {first}.',
  infiniteSigma:
    'Expected a finite σ to start from, got infinity: no signal is left at the last timestep of the schedule.',
  sigmaLimits: 'Expected 0 < σ_min ≤ σ_max, got {sigmaMin} and {sigmaMax}.',
  sigmaAboveFlow: 'Expected σ_max of at most 1, which is pure noise in a flow, got {sigmaMax}.',

  belowList:
    'Expected a timestep with a cleaner level in the list, whose cleanest is {end}, got t = {t}.',
  aboveList:
    'Expected a timestep with a noisier level in the list, whose noisiest is {end}, got t = {t}.',

  // samplers
  churnWithoutCount:
    'Expected t with the number of steps, over which s_churn is divided, got t alone.',
  etaUpward:
    'Expected eta = 0 for the step from t = {t} up to {tPrev}, got {eta}: no fresh noise is added on the way to noise.',
  startInData: 'Expected a t with some noise to start from, got {t}, which is clean data.',
  startWithoutSignal:
    'Expected a t with some signal to start from, got {t}, which has none: in terms of ε no step starts there.',
  noiseUpward:
    'Expected a timestep before t = {t}, got {tPrev}: no fresh noise is added on the way to noise.',
  quantile: 'Expected a quantile above 0 and at most 1, got {quantile}.',
  jump: 'Expected {argument} to be a positive integer, got {value}.',
  errorNotANumber:
    'Expected the error of this step to be a number, got NaN: the prediction is NaN.',

  // losses
  labelsPerItem: 'Expected one label per item: [{batch}], got [{count}].',
  labelRange: 'Expected labels from 0 to {last} (or -1 for none), got {label}.',
  noLabels: 'Expected at least one item with a label, got none.',
  levels: 'Expected {argument} to be an integer of at least 2, got {levels}.',
  weightWithoutSignal:
    'Expected a finite weight, got infinity for {weighting} of an error in {predicts} at t = {t}, where no signal is left.',
  weightWithoutNoise:
    'Expected a finite weight, got infinity for {weighting} of an error in {predicts} at t = {t}, where there is no noise.',

  // data
  emptyBand:
    'Expected frequencies in every band, got none in the {band} band of {height} x {width} images.',
  firstItem:
    'Expected {argument} to be at most {last}, as the data set has {size} items, got {start}.',
  foldIndex: 'Expected {argument} to be from 0 to {last}, got {fold}.',
  foldCount: 'Expected at most as many folds as items, {size}, got {folds}.',
  joinedShape: 'Expected items of shape [{expected}], as in the first data set, got [{shape}].',
  pairedSize: 'Expected {expected} items, as in the first data set, got {size}.',
  pairedSides:
    'Expected items that differ from [{expected}] of the first data set in the last axis only, got [{shape}].',
  datasetTooLarge: 'Expected a data set of at most {most} numbers, got {count}.',
  tableTooLong: 'Expected a table of at most {most} characters, got {count}.',
  emptyTable: 'Expected a table with at least one point, got none.',
  tableColumns: 'Expected from 1 to {most} coordinates per point, got {count}.',
  tableWidth: 'Expected {expected} cells in every line, got {count} in line {line}.',
  tableNumber: 'Expected a number in line {line}, column {column}, got "{text}".',
  tableQuote: 'Expected an end of the quote in line {line}, got none.',
  tableClasses: 'Expected a table with at most {most} classes, got more.',
  nothingDrawn: 'Expected drawn points for the distribution "drawn", got none.',
  nothingPainted: 'Expected a painted mask, got an empty one.',
})

/** Bands of frequencies. */
export const processWords = catalogue('processWords', { low: 'low', mid: 'middle', high: 'high' })
