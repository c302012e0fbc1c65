// Converts errors of the engine to node faults: adds the slot or param and a cure.
import { createMessage, type Template } from '../engine/base/catalogue.ts'
import { EngineError } from '../engine/base/errors.ts'
import { FormulaError } from '../engine/formula/error.ts'
import { NodeError } from '../engine/messages/fault.ts'
import {
  formulaCures,
  memoryCures,
  modelCures,
  processCures,
  trainingCures,
} from '../messages/cures.ts'
import { layerCures } from '../messages/layerCures.ts'

/** Cures by message id. */
const cures = new Map<string, Pick<Template, 'id' | 'text'>>(
  Object.entries({
    process: processCures,
    training: trainingCures,
    models: modelCures,
    layers: layerCures,
    memory: memoryCures,
    formula: formulaCures,
  }).flatMap(([area, all]) =>
    Object.entries(all).map(([key, cure]): [string, Pick<Template, 'id' | 'text'>] => [
      `${area}.${key}`,
      cure,
    ]),
  ),
)

/** Params by argument name. All other arguments have the name of their slot or param. */
const params: Readonly<Record<string, string>> = {
  T: 'num_train_timesteps',
  betaEnd: 'beta_end',
  betaD: 'beta_d',
  sigmaMax: 'sigma_max',
  rescaleBetasZeroSnr: 'rescale_betas_zero_snr',
  quantile: 'threshold_quantile',
}

/** Names of the slots and params of a node, or of both ends of a loop. */
interface SlotsAndParams {
  inputs: object
  params: object
}

/** Converts an error of the engine to a node fault. Returns any other error unchanged. */
export function toNodeFault(error: unknown, nodes: readonly SlotsAndParams[]): unknown {
  if (!(error instanceof EngineError)) return error
  const { problem, values } = error
  const argument = error.argument && (params[error.argument] ?? error.argument)
  const all = { ...values, ...(argument && { argument }) }
  const cure = cures.get(problem.id)
  const fault = new NodeError({
    ...findSlotOrParam(argument, nodes),
    ...(error instanceof FormulaError && { range: error.range }),
    message: createMessage(problem, all),
    cure: cure ? createMessage(cure, all) : '',
  })
  fault.cause = error
  return fault
}

function findSlotOrParam(argument: string | undefined, nodes: readonly SlotsAndParams[]) {
  if (argument === undefined) return {}
  // A slot of a many-input is `name_1`, `name_2`, ...
  const single = argument.replace(/_\d+$/, '')
  if (nodes.some(({ inputs }) => Object.hasOwn(inputs, argument) || hasMany(inputs, single)))
    return { slot: argument }
  if (nodes.some(({ params }) => Object.hasOwn(params, argument))) return { param: argument }
  return {}
}

const hasMany = (inputs: object, name: string) =>
  (inputs as Record<string, { many?: true }>)[name]?.many === true

/** Wraps the functions of a declaration: they throw node faults instead of engine errors. */
export const withNodeFaults = <T extends object>(
  declared: T,
  nodes: readonly SlotsAndParams[],
): T =>
  Object.fromEntries(
    Object.entries(declared).map(([name, value]) => [
      name,
      typeof value === 'function' ? throwNodeFaults(value as Work, nodes) : value,
    ]),
  ) as T

type Work = (...values: unknown[]) => unknown

function throwNodeFaults(work: Work, nodes: readonly SlotsAndParams[]): Work {
  return function (this: unknown, ...values) {
    try {
      const result = work.apply(this, values)
      return result instanceof Promise
        ? result.catch((error: unknown) => {
            throw toNodeFault(error, nodes)
          })
        : result
    } catch (error) {
      throw toNodeFault(error, nodes)
    }
  }
}
