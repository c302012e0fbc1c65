// Builds graphs of layers.
import type { Described } from './infer.ts'
import { describeLayer } from './infer.ts'
import {
  placeOperation,
  type Block,
  type BlockKind,
  type Feature,
  type Layer,
  type LayerGraph,
  type Module,
  type ModuleKind,
  type NamedOperation,
  type Repeat,
} from './layer.ts'
import type { FeatureShape } from './layerOp.ts'
import { channelsOf } from './ops/checks.ts'
import type { Attrs, LayerOpName, SourceName } from './ops/table.ts'

/** Options of a convolution that differ from those of one that keeps the size. */
export interface ConvSettings {
  kernel?: number
  stride?: number
  /** Zeros at the top, left, bottom and right. */
  pad?: readonly number[] | null
  groups?: number
  bias?: boolean
}

/** Arguments after the inputs of a layer: its attributes, if the operation has any, and its name. */
export type AfterInputs<K extends LayerOpName> =
  Partial<Attrs<K>> extends Attrs<K>
    ? [attrs?: Attrs<K>, name?: string]
    : [attrs: Attrs<K>, name?: string]

export const nameOperation = <K extends LayerOpName>(
  op: K,
  [attrs, name]: AfterInputs<K>,
): NamedOperation => ({ op, name, attrs: attrs ?? {} }) as NamedOperation

/** Appends layers. Those with weights, and dropout, have names. */
export abstract class LayerBuilder<F> {
  abstract add<K extends LayerOpName>(op: K, inputs: readonly F[], ...rest: AfterInputs<K>): F

  /** Shape of one item of features. */
  abstract shapeOf(feature: F): FeatureShape

  channelsOf(feature: F): number {
    return channelsOf(this.shapeOf(feature))
  }

  /** Builds layers that form a block. */
  block(
    _kind: BlockKind,
    _inputs: Readonly<Record<string, F | undefined>>,
    _settings: Block['settings'],
    build: () => F,
  ): F {
    return build()
  }

  /** Builds layers that form a module. */
  module(
    _kind: ModuleKind,
    _name: string,
    _inputs: readonly (F | undefined)[],
    build: () => F,
    _settings: Block['settings'] = {},
  ): F {
    return build()
  }

  /** Builds one of several parts in a row with numbered names, such as a level. */
  repeat<T>(_item: string, build: () => T): T {
    return build()
  }

  /** An input of the network: `x`, `time`, or a part of the condition. */
  source<K extends SourceName>(op: K, ...rest: AfterInputs<K>): F {
    return this.add(op, [], ...rest)
  }

  linear(x: F, name: string, out: number, bias = true): F {
    return this.add('linear', [x], { out, bias }, name)
  }

  conv(x: F, name: string, out: number, settings: ConvSettings = {}): F {
    const { kernel = 3, stride = 1, pad = null, groups = 1, bias = true } = settings
    return this.add('conv', [x], { out, kernel, stride, pad, groups, bias }, name)
  }

  groupNorm(x: F, name: string, groups: number, eps: number): F {
    return this.add('group_norm', [x], { groups, eps }, name)
  }

  layerNorm(x: F, name: string | undefined, eps: number): F {
    return this.add('layer_norm', [x], { eps, affine: name !== undefined }, name)
  }

  /** Parts of equal width along the last axis. */
  split(x: F, count: number): F[] {
    return Array.from({ length: count }, (_, index) => this.add('split', [x], { count, index }))
  }
}

/**
 * Builds the list of layers of a graph. Layers without names, which have no weights, are there once:
 * adding an equal one gives the first.
 */
export class GraphBuilder extends LayerBuilder<Feature> {
  readonly layers: Layer[] = []
  /** The outermost blocks. */
  readonly blocks: Block[] = []
  /** All modules, the inner ones first. */
  readonly modules: Module[] = []
  readonly repeats: Repeat[] = []
  private readonly described: Described[] = []
  private readonly unnamed = new Map<string, Feature>()
  private depth = 0

  add<K extends LayerOpName>(op: K, inputs: readonly Feature[], ...rest: AfterInputs<K>): Feature {
    const layer = placeOperation(nameOperation(op, rest), [...inputs])
    const key = layerKey(layer)
    const known = key === undefined ? undefined : this.unnamed.get(key)
    if (known !== undefined) return known
    if (key !== undefined) this.unnamed.set(key, this.layers.length)
    this.described.push(
      describeLayer(
        layer,
        inputs.map((input) => this.described[input]),
      ),
    )
    this.layers.push(layer)
    return this.layers.length - 1
  }

  override block(
    kind: BlockKind,
    inputs: Readonly<Record<string, Feature | undefined>>,
    settings: Block['settings'],
    build: () => Feature,
  ): Feature {
    const first = this.layers.length
    this.depth++
    const output = build()
    this.depth--
    const wired = Object.entries(inputs).filter(
      (entry): entry is [string, Feature] => entry[1] !== undefined,
    )
    if (this.depth === 0)
      this.blocks.push({ kind, inputs: Object.fromEntries(wired), settings, first, output })
    return output
  }

  override module(
    kind: ModuleKind,
    name: string,
    inputs: readonly (Feature | undefined)[],
    build: () => Feature,
    settings: Block['settings'] = {},
  ): Feature {
    const first = this.layers.length
    const output = build()
    const read = inputs.filter((input) => input !== undefined)
    this.modules.push({ kind, name, inputs: read, settings, first, output })
    return output
  }

  override repeat<T>(item: string, build: () => T): T {
    const first = this.layers.length
    const result = build()
    this.repeats.push({ item, first, end: this.layers.length })
    return result
  }

  shapeOf(feature: Feature): FeatureShape {
    return this.described[feature].shape
  }

  graph(functions: Record<string, Feature>): LayerGraph {
    const { layers, blocks, modules, repeats } = this
    return { layers, functions, blocks, modules, repeats }
  }
}

/** Equal for layers that are the same; undefined for those with a name. */
export const layerKey = ({ op, name, in: inputs, attrs }: Layer): string | undefined =>
  name === undefined ? JSON.stringify([op, inputs, Object.entries(attrs).sort()]) : undefined
