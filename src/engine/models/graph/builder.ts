// Builds graphs of layers.
import type { Attribute, FeatureShape, Layer, LayerGraph } from './layer.ts'
import type { Described } from './infer.ts'
import { describeLayer } from './infer.ts'

/** Position of a layer in the graph that is built. */
export type Feature = number

/** Options of a convolution that differ from those of one that keeps the size. */
export interface ConvSettings {
  kernel?: number
  stride?: number
  /** Zeros at the top, left, bottom and right. */
  pad?: readonly number[] | null
  groups?: number
  bias?: boolean
}

/** Appends layers. Those with weights, and dropout, have names. */
export abstract class LayerBuilder<F> {
  abstract add(
    op: string,
    inputs: readonly F[],
    attrs?: Record<string, Attribute>,
    name?: string,
  ): F

  /** Shape of one item of features. */
  abstract shapeOf(feature: F): FeatureShape

  /** An input of the network: `x`, `time`, or a part of the condition. */
  source(op: string, attrs: Record<string, Attribute> = {}): F {
    return this.add(op, [], attrs)
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

/** Builds the list of layers of a graph. */
export class GraphBuilder extends LayerBuilder<Feature> {
  readonly layers: Layer[] = []
  private readonly described: Described[] = []

  add(
    op: string,
    inputs: readonly Feature[],
    attrs: Record<string, Attribute> = {},
    name?: string,
  ): Feature {
    const layer = { op, ...(name !== undefined && { name }), in: [...inputs], attrs }
    this.described.push(
      describeLayer(
        layer,
        inputs.map((input) => this.described[input]),
      ),
    )
    this.layers.push(layer)
    return this.layers.length - 1
  }

  shapeOf(feature: Feature): FeatureShape {
    return this.described[feature].shape
  }

  graph(functions: Record<string, Feature>): LayerGraph {
    return { layers: this.layers, functions }
  }
}
