// Builds graphs of layers.
import type { Attribute, Layer, LayerGraph } from './layer.ts'

/** Position of a layer in the graph that is built. */
export type Feature = number

/** Appends layers to a graph. Layers with weights have names. */
export class GraphBuilder {
  readonly layers: Layer[] = []

  add(
    op: string,
    inputs: readonly Feature[],
    attrs: Record<string, Attribute> = {},
    name?: string,
  ): Feature {
    this.layers.push({ op, ...(name !== undefined && { name }), in: [...inputs], attrs })
    return this.layers.length - 1
  }

  /** An input of the network: `x`, `time`, or a part of the condition. */
  source(op: string, attrs: Record<string, Attribute> = {}): Feature {
    return this.add(op, [], attrs)
  }

  linear(x: Feature, name: string, out: number, bias = true): Feature {
    return this.add('linear', [x], { out, bias }, name)
  }

  /** A convolution that keeps the size. */
  conv(x: Feature, name: string, out: number, kernel = 3): Feature {
    return this.add('conv', [x], { out, kernel, stride: 1, pad: null, bias: true }, name)
  }

  /** A convolution with stride 2 and this padding at the top and left, and 1 at the others. */
  downsample(x: Feature, name: string, out: number, padding: 0 | 1): Feature {
    const pad = [padding, padding, 1, 1]
    return this.add('conv', [x], { out, kernel: 3, stride: 2, pad, bias: true }, name)
  }

  groupNorm(x: Feature, name: string, groups: number, eps: number): Feature {
    return this.add('group_norm', [x], { groups, eps }, name)
  }

  /** Parts of equal width along the last axis. */
  split(x: Feature, count: number): Feature[] {
    return Array.from({ length: count }, (_, index) => this.add('split', [x], { count, index }))
  }

  graph(functions: Record<string, Feature>): LayerGraph {
    return { layers: this.layers, functions }
  }
}
