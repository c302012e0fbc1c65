// Definitions of operations of layers: inputs, attributes, shape, weights, cost and title. The
// evaluation is in `runs/`, which needs tensors.

/** Shape of the features of one item; `'n'` is the number of tokens, known at evaluation only. */
export type FeatureShape = readonly (number | 'n')[]

export type Attribute = number | string | boolean | null | readonly number[]
type Attributes = Readonly<Record<string, Attribute>>

/** True for a valid attribute, which may come from a stranger's file. Gives its type as well. */
export type AttributeCheck<T extends Attribute> = (value: unknown) => value is T

/** Initialisation of a weight, as in PyTorch's modules. */
export type WeightStart =
  /** Uniform within 1 / sqrt(fan_in). */
  | { kind: 'uniform'; fanIn: number }
  | { kind: 'normal'; deviation?: number }
  | { kind: 'ones' }
  | { kind: 'constant'; value: number }
  | { kind: 'zeros' }

/** Files have `convolution` and `linear` in PyTorch's order of axes, and others as they are. */
export type WeightLayout = 'convolution' | 'linear' | 'plain'

/** A weight of a layer. */
export interface WeightSpec {
  /** Last part of its name: `weight` or `bias`. */
  part: string
  /** Shape in this engine: convolutions `[kh, kw, in, out]`, linear layers `[in, out]`. */
  shape: readonly number[]
  layout: WeightLayout
  start: WeightStart
  /** Never trained: one of the model's buffers, and of one axis. */
  fixed?: true
}

/** Kinds of outputs: features, or the times and labels that embeddings read on the CPU. */
export type ValueKind = 'features' | 'times' | 'labels'

/** Names of inputs; `many`: any number, at least one. */
export type InputNames = readonly string[] | 'many'

/** Shapes of an item, with numbers of tokens, and attributes. */
export interface OpSizes<A> {
  inputs: readonly (readonly number[])[]
  output: readonly number[]
  attrs: A
}

/**
 * Inputs that the backward pass needs:
 * - `inputs`: all
 * - `norm`: all; an activation of its result is one function with it
 * - `activation`: its input, unless that is the result of a norm
 * - `product`: all but activations, which are computed again
 * - `modulation`: all, or none after a group norm, with which it is one function
 */
export type SavedInputs = 'none' | 'inputs' | 'norm' | 'activation' | 'product' | 'modulation'

/** Cost of an operation for one item. */
export interface OpCost<A> {
  /** Multiply-adds; 0 by default. */
  macs?: (sizes: OpSizes<A>) => number
  saves: SavedInputs
  /** Elements saved beside its inputs; 0 by default. */
  savedInside?: (sizes: OpSizes<A>) => number
}

/** An operation of layers with attributes `A`. */
export interface LayerOp<
  A extends Attributes,
  I extends InputNames = InputNames,
  T extends ValueKind = ValueKind,
> {
  /** None for an input of the network. */
  inputs: I
  /** Kind of its inputs; features by default. */
  takes?: T
  /** Kind of its output; features by default. */
  gives?: ValueKind
  /** Checks of the attributes, by name. All must be there, and no others. */
  attrs: { readonly [K in keyof A]: AttributeCheck<A[K]> }
  /** Shape of the result. Throws EngineError, by input or attribute, if they do not fit. */
  shape: (inputs: readonly FeatureShape[], attrs: NoInfer<A>) => FeatureShape
  weights?: (inputs: readonly FeatureShape[], attrs: NoInfer<A>) => readonly WeightSpec[]
  cost: OpCost<NoInfer<A>>
  /** Title in diagrams; by default its name in words. */
  title?: string
}

/** Infers the types of the attributes from their checks. */
export const defineLayerOp = <
  A extends Attributes = Record<never, never>,
  const I extends InputNames = InputNames,
  T extends ValueKind = 'features',
>(
  op: LayerOp<A, I, T>,
): LayerOp<A, I, T> => op

/** Cost of an operation that neither multiplies nor saves. */
export const free = { saves: 'none' } as const
