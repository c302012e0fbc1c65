// Builders of slots and params under their names of 0.1, without `slot.` and `param.`.
import { renamed, renamedAll } from '../../engine/base/renamed.ts'
import * as params from './params.ts'
import * as slots from './slots.ts'

/** @deprecated Use `slot.samples` instead of `samples`, and so on. */
export const {
  any,
  attention,
  chosen,
  condition,
  dataset,
  ema,
  features,
  further,
  grows,
  history,
  labels,
  like,
  logits,
  loss,
  losses,
  many,
  manyPer,
  model,
  more,
  noise,
  number,
  onHost,
  oneOf,
  optimizer,
  optional,
  prediction,
  record,
  samples,
  schedule,
  timestep,
  timesteps,
  tokens,
  training,
  trajectory,
  vocabulary,
  weights,
} = renamedAll('slot', slots)

/** @deprecated Use `param.real` instead of `real`, and so on. */
export const {
  added,
  advanced,
  checkpoint,
  choice,
  drawing,
  furtherSlots,
  integer,
  layerName,
  ownDataset,
  ownPoints,
  real,
  seed,
  symbol,
  text,
  toggle,
  unless,
  when,
} = renamedAll('param', params)

/** @deprecated Use `slot.text`. */
export const textValue = renamed('textValue', 'slot.text', slots.text)

/** @deprecated Use `param.formula`. */
export const formulaText = renamed('formulaText', 'param.formula', params.formula)

/** @deprecated Use `param.curve`. */
export const curveText = renamed('curveText', 'param.curve', params.curve)
