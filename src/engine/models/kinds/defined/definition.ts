// Definitions of kinds of models by developers. Plain data and functions: pages pass them on to the
// engine and load no tfjs.
import type { Tensor, tf } from '../../../base/tf.ts'
import type {
  Buffers,
  ConditionPart,
  PredictionType,
  TrainingMode,
  VarianceKind,
  Weights,
} from '../../../base/values.ts'
import type { Model } from '../../model.ts'
import type { Times } from '../../../process/schedule.ts'
import type { ConditionSpec } from '../../condition.ts'
import type { Feature } from '../../graph/layer.ts'
import type { LayerBuilder } from '../../graph/builder.ts'
import type { WeightLayout, WeightStart } from '../../graph/layerOp.ts'

/** Fields of every definition. `Config` is plain data that JSON can express. */
interface ModelFields<Config extends object> {
  /** Permanent name: lower-case letters, digits and `_`, such as `conv_mixer`. */
  readonly kind: string
  /**
   * `_class_name` in config.json, permanent as well. Default: the kind with capitals, `ConvMixer`.
   */
  readonly className?: string
  /**
   * Parses a config, and throws Error with a message for users if it is invalid: a function, or an
   * object with a method `parse`, such as that of {@link configSchema}. Files come from strangers:
   * refuse unknown keys, and bound every size. Keys that begin with `_` are reserved.
   */
  readonly config: ParseConfig<Config> | ConfigSchema<Config>
}

/** Parses a config. Throws Error if it is invalid. */
type ParseConfig<Config> = (json: Readonly<Record<string, unknown>>) => Config

/** Parses a config. */
export interface ConfigSchema<Config> {
  /** Throws Error with a message for users if the config is invalid. */
  parse(json: Readonly<Record<string, unknown>>): Config
}

/** A network of layers. Shapes, files, opening and inspection follow from them. */
export interface LayersDefinition<Config extends object> extends ModelFields<Config> {
  /**
   * Builds the network: from `b.source('x', { shape })`, which is an item `[h, w, c]` or `[d]`, to
   * the prediction of equal shape, or of twice the channels for a learned variance in the second
   * half. Sources `time`, `labels`, `values`, `vectors`, `tokens` and `channels` are the timestep
   * and the parts of the condition. Equal configs must give equal layers.
   */
  layers(config: Config, b: LayerBuilder<Feature>): { readonly predict: Feature }
  /** True for layers whose weights start at zero. Default: none, all start as PyTorch's. */
  startsAtZero?(layer: string, config: Config): boolean
}

/** A weight of a network that computes itself. */
export interface OwnWeight {
  /** Shape in this engine: convolutions `[kh, kw, in, out]`, linear layers `[in, out]`. */
  readonly shape: readonly number[]
  readonly start: WeightStart
  /** Order of axes in files: PyTorch's for `convolution` and `linear`. Default: `plain`. */
  readonly layout?: WeightLayout
  /** Never trained: one of `buffers`, and of one axis. */
  readonly fixed?: true
}

/** The parts of a condition by kind. Parts with a value for "none" may be missing. */
export type ConditionParts = {
  readonly [K in ConditionPart['kind']]?: Extract<ConditionPart, { kind: K }>
}

/** Arguments of {@link RunDefinition.run}. */
export interface OwnRun<Config> {
  config: Config
  /** Noisy data, `[b, ...item]`. */
  x: Tensor
  /** `t`: timesteps, one per item or one for all. `tensor`, `[b]`, if they carry derivatives. */
  times: Times
  condition: ConditionParts
  weights: Weights
  buffers: Buffers
  /** Set during training: identifies the random draws of dropout. */
  training: TrainingMode | undefined
  /** tfjs of the engine. */
  tf: typeof tf
}

/**
 * A network that computes itself, for what layers cannot express. It cannot be opened, and its
 * commands are never captured and replayed.
 */
export interface RunDefinition<Config extends object> extends ModelFields<Config> {
  /** Shape of one item: `[h, w, c]` or `[d]`. */
  itemShape(config: Config): readonly number[]
  /** Parts of the condition, at most one of each kind. Default: none. */
  conditions?(config: Config): readonly ConditionSpec[]
  /** Weights by name, such as `blocks.0.weight`, in the order of the optimizer's vectors. */
  weights(config: Config): Readonly<Record<string, OwnWeight>>
  /**
   * Computes the prediction, of the shape of x, or of twice its channels if `hasVariance`. Made of
   * differentiable operations, without reading tensors back.
   */
  run(call: OwnRun<Config>): Tensor
  /** True if the second half of the channels is a learned variance. Default: false. */
  hasVariance?(config: Config): boolean
  /** True if `run` uses `times.tensor`, so that zones can differentiate by the timestep. */
  readonly differentiableTime?: true
}

/** A kind of model: the result of {@link defineModel}. */
export type ModelDefinition<Config extends object = object> =
  | LayersDefinition<Config>
  | RunDefinition<Config>

export interface OwnModelOptions {
  predicts: PredictionType
  /** Kind of learned variance; required if the output has one, else undefined. */
  variance?: VarianceKind | undefined
}

/**
 * Creates an untrained model of a kind that the host knows. Throws EngineError if it does not, if
 * the definition refuses `config`, or if the layers do not fit.
 */
export type CreateModel = <Config extends object>(
  definition: ModelDefinition<Config>,
  config: Config,
  options: OwnModelOptions,
) => Model

/**
 * Defines a kind of model. Pass it as `models` to `register` and `serve`, or export it from a module
 * for `--nodes` of the command line; nodes create such models with `createModel` of their context.
 *
 *     const line = defineModel({
 *       kind: 'line',
 *       config: configSchema({ dim: integer(2, { min: 1, max: 16 }, 'Dimension') }),
 *       layers: ({ dim }, b) => ({ predict: b.linear(b.source('x', { shape: [dim] }), 'out', dim) }),
 *     })
 *
 * Throws Error for names that are not valid.
 */
export function defineModel<Config extends object>(
  definition: ModelDefinition<Config>,
): ModelDefinition<Config> {
  const { kind } = definition
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(kind))
    throw new Error(
      `Expected a kind of lower-case letters, digits and _, such as conv_mixer, got "${kind}".`,
    )
  const name = getClassName(definition)
  if (!/^[A-Z]\w{0,59}$/.test(name))
    throw new Error(`Expected a class name such as ConvMixer, got "${name}".`)
  return definition
}

/** `_class_name` of the files of a kind. */
export const getClassName = ({ kind, className }: ModelDefinition): string =>
  className ?? kind.replaceAll(/(?:^|_+)([a-z0-9]?)/g, (_, first: string) => first.toUpperCase())

/** Parses a config by the definition of its kind. Throws what its parser throws. */
export const parseConfig = (
  { config }: ModelDefinition,
  json: Readonly<Record<string, unknown>>,
): object => (typeof config === 'function' ? config(json) : config.parse(json))

/** True for results of {@link defineModel}. */
export function isModelDefinition(value: unknown): value is ModelDefinition {
  const { kind, config, layers, run } = Object(value) as Partial<
    Record<keyof LayersDefinition<object> | keyof RunDefinition<object>, unknown>
  >
  return (
    typeof kind === 'string' &&
    (typeof config === 'function' ||
      typeof Object(config as Partial<ConfigSchema<unknown>>).parse === 'function') &&
    (typeof layers === 'function' || typeof run === 'function')
  )
}
