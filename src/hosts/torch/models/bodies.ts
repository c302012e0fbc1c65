// Bodies of methods: the layers and the calls of modules that compute a value.
import type { GraphView } from '../../../engine/models/graph/analysis.ts'
import { isSource, type Module } from '../../../engine/models/graph/layer.ts'

/** The computation of one value: a layer, or a module that is called. */
export interface Part {
  /** Position of the value. */
  value: number
  module?: Module
  /** Positions of the values that it reads. */
  reads: readonly number[]
}

/** A method. */
export interface Body {
  /** Name of the module with a dot, with which those inside it begin; empty for a network. */
  prefix: string
  /** Position of the first of its layers, or a lower one. */
  first: number
  /** Positions of the values that are arguments. */
  inputs: readonly number[]
  /** Parts in the order of their evaluation. */
  parts: readonly Part[]
  output: number
}

/** Finds the bodies of a network and of its modules. */
export class Bodies {
  /** Modules by their result, the outermost first. */
  private readonly byOutput = new Map<number, Module[]>()
  private readonly found = new Map<Module, Body>()

  constructor(
    readonly view: GraphView,
    modules: readonly Module[],
  ) {
    for (const module of modules)
      this.byOutput.set(module.output, [module, ...(this.byOutput.get(module.output) ?? [])])
  }

  /** The body of a module. */
  of(module: Module): Body {
    const known = this.found.get(module)
    if (known) return known
    const body = {
      ...this.find(`${module.name}.`, module.output, module.inputs),
      first: module.first,
    }
    this.found.set(module, body)
    return body
  }

  /**
   * The body that computes `output` from `inputs`, and from the inputs of the network that it reads.
   * Layers without weights that other bodies read as well are in each of them.
   */
  find(prefix: string, output: number, inputs: readonly number[]): Body {
    const parts = new Map<number, Part>()
    const read = new Set<number>()
    const pending = [output]
    while (pending.length > 0) {
      const value = pending.pop()!
      if (parts.has(value) || read.has(value)) continue
      if (inputs.includes(value) || isSource(this.view.layers[value])) {
        read.add(value)
        continue
      }
      const part = this.partOf(value, prefix)
      parts.set(value, part)
      pending.push(...part.reads)
    }
    const given = [...new Set(inputs)].filter((value) => read.has(value))
    const sources = [...read].filter((value) => !given.includes(value)).sort((a, b) => a - b)
    return {
      prefix,
      first: -1,
      inputs: [...given, ...sources],
      parts: [...parts.values()].sort((a, b) => a.value - b.value),
      output,
    }
  }

  private partOf(value: number, prefix: string): Part {
    const module = this.byOutput.get(value)?.find(({ name }) => name.startsWith(prefix))
    return module
      ? { value, module, reads: this.of(module).inputs }
      : { value, reads: this.view.layers[value].in }
  }
}
