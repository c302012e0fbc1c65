// Networks in PyTorch from their graphs of layers: a class per block, and one of the network.
import type { ConditionSpec } from '../../../engine/models/condition.ts'
import { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { LayerGraph, Module, Repeat } from '../../../engine/models/graph/layer.ts'
import { conditionSpecs } from '../../../engine/models/kinds/layers/graph.ts'
import { defaults, noValue, parameters } from './arguments.ts'
import { BlockClasses, type BlockCode } from './blockClasses.ts'
import { Bodies, type Body } from './bodies.ts'
import { writeConstants } from './constants.ts'
import { startAtZero } from './helpers.ts'
import { layerCodes } from './layerCode.ts'
import { writeLoops } from './loops.ts'
import { writeMethodLines } from './methodLines.ts'
import { ModuleTree, writeCreate } from './moduleTree.ts'
import type { Parts } from './parts.ts'
import { args, breakMethodLine, isShort, printCode, python } from './python.ts'
import type { Create } from './create.ts'
import { joinRows, rowOf } from './rows.ts'
import { nameWidth } from './sizes.ts'
import { moduleName, writeTerms } from './terms.ts'

/** Methods by function of the model; others have their own name. */
const methods: Readonly<Record<string, string>> = {
  predict: 'forward',
  tokens: 'forward',
  logits: 'forward',
}

/** A network with all that its Python depends on. */
export interface Network {
  graph: LayerGraph
  className: string
  /** The first line of the docstring. */
  about: string
  /** Layers whose weights start at zero. */
  isZero: (layer: string) => boolean
  /** Parts of the condition that the network takes; by default all that the layers read. */
  specs?: readonly ConditionSpec[]
  /** Width of most layers, which becomes an argument of the class. */
  width?: { name: string; value: number }
  /** Docstrings of methods by name. */
  methodTitles?: Readonly<Record<string, string>>
  /** Lines in place of `return`, by method: they get the expression of the result. */
  results?: Readonly<Record<string, (result: string) => string[]>>
  /** Names of x by method, if they are others. */
  inputNames?: Readonly<Record<string, string>>
}

/** Adds the classes of a network. */
export function writeLayers(parts: Parts, network: Network) {
  new NetworkWriter(parts, network).write()
}

interface WrittenBody {
  lines: readonly string[]
  result: string
}

class NetworkWriter {
  private readonly view: GraphView
  private readonly bodies: Bodies
  private readonly classes: BlockClasses

  constructor(
    private readonly parts: Parts,
    private readonly network: Network,
  ) {
    const { graph } = network
    this.view = new GraphView(graph)
    this.bodies = new Bodies(this.view, graph.modules ?? [])
    this.classes = new BlockClasses(parts)
  }

  write() {
    const { graph, className, about, width } = this.network
    const functions = Object.keys(graph.functions)
    const ordered = functions.toSorted((a, b) => Number(isMain(a)) - Number(isMain(b)))
    const bodies = ordered.map((name) => this.functionBody(name))
    this.addBlocks(bodies)
    const names = new Set(functions.map(methodOf))
    const { init, written } = this.writeClass(bodies, names)
    const named = width && nameWidth(init.join('\n'), width, this.classes.signatures)
    const texts = ordered.map((name, i) => this.writeFunction(name, written[i]))
    this.parts.define(
      className,
      () => python`
        class ${className}(nn.Module):
            """${about}"""

            def __init__(${args('self', ...(named?.parameters ?? []))}):
                super().__init__()
                ${named?.code.split('\n') ?? init}

            ${texts.join('\n\n')}
      `,
    )
  }

  /** The body of a function. `forward` of a classifier calls `features`. */
  private functionBody(name: string): Body {
    const { functions } = this.network.graph
    const inner = name === 'logits' ? functions.features : undefined
    return this.bodies.find('', functions[name], inner === undefined ? [] : [inner])
  }

  /** Adds the classes of all blocks, the inner ones first. */
  private addBlocks(bodies: readonly Body[]) {
    const heights = new Map<Module, number>()
    const heightOf = (module: Module): number => {
      const known = heights.get(module)
      if (known !== undefined) return known
      const inner = modulesOf(this.bodies.of(module)).map(heightOf)
      const height = Math.max(0, ...inner.map((each) => each + 1))
      heights.set(module, height)
      return height
    }
    bodies.flatMap(modulesOf).forEach(heightOf)
    const highest = Math.max(-1, ...heights.values())
    for (let height = 0; height <= highest; height++) {
      const modules = [...heights.keys()].filter((module) => heights.get(module) === height)
      modules.sort((a, b) => a.output - b.output)
      this.classes.add(modules.map((module) => this.writeBlock(module)))
    }
  }

  private writeBlock(module: Module): BlockCode {
    const body = this.bodies.of(module)
    const { shapes, dependsOnX } = this.view
    const [first] = body.inputs
    const channelsOf = (value: number) => {
      const channels = shapes[value].at(-1)
      return typeof channels === 'number' ? channels : undefined
    }
    return {
      module,
      ...this.writeBlockCode(body),
      channels: dependsOnX[first] ? channelsOf(first) : undefined,
      out: channelsOf(module.output),
    }
  }

  /** Code of a block: of a function, if it is only a row of modules. */
  private writeBlockCode(body: Body): Pick<BlockCode, 'init' | 'forward' | 'inputs'> {
    const { init, written } = this.writeClass([body], new Set(['forward']), isShort)
    const [{ inputs, lines, result, rows }] = written
    const row = rowOf(rows, body)
    if (!row) return { init, forward: [...lines, `return ${result}`], inputs }
    const code = { head: 'return ', items: [writeCreate(this.parts, row)], tail: '' }
    return { init: printCode(code, 4, isShort), forward: [], inputs: ['x'] }
  }

  /** Lines of `__init__` and of the methods of a class. */
  private writeClass(
    bodies: readonly Body[],
    names: ReadonlySet<string>,
    fits?: (line: string) => boolean,
  ) {
    const { parts, view } = this
    let creates: ReadonlyMap<string, Create> = this.createsOf(bodies)
    const taken = new Set([...names, ...[...creates.keys()].map((path) => path.split('.')[0])])
    const constants = writeConstants(parts, view, bodies, (name) => taken.has(name))
    const lists = new Set<string>()
    const methods = bodies.map((body) => {
      const repeats = this.repeatsOf(body)
      const terms = writeTerms({ parts, view, constants: constants.expressions }, body)
      const depth = (value: number) => repeats.filter((each) => isIn(each, value)).length
      const rows = joinRows(terms, creates, body.output, depth)
      const method = writeMethodLines(
        { view, body, repeats, names: this.namesOf(body) },
        rows.terms,
      )
      const loops = writeLoops(method.lines, rows.creates)
      creates = loops.creates
      for (const list of loops.lists) lists.add(list)
      return { ...method, rows, lines: loops.lines }
    })
    const tree = new ModuleTree(
      { parts, methods: names, lists, comments: this.commentsOf(bodies), ...(fits && { fits }) },
      creates,
    )
    const written = methods.map(({ lines, result, ...method }) => ({
      ...method,
      lines: lines.map((line) => tree.fill(line)),
      result: tree.fill(result),
    }))
    return { init: [...tree.lines(), ...constants.lines], written }
  }

  /** Expressions that create the modules of bodies, by name. */
  private createsOf(bodies: readonly Body[]): Map<string, Create> {
    const { layers, shapes } = this.view
    const { parts } = this
    const creates = new Map<string, Create>()
    for (const { prefix, parts: all } of bodies)
      for (const { value, module, reads } of all) {
        const { op, attrs } = layers[value]
        const name = moduleName(layers[value])
        if (module) creates.set(module.name.slice(prefix.length), this.classes.creates.get(module)!)
        const create = module ? undefined : layerCodes[op].module
        if (name === undefined || !create) continue
        const inputs = reads.map((input) => ({ code: '', shape: shapes[input], isLast: false }))
        const made = create({ parts, inputs, attrs, shape: shapes[value] })
        const code = startAtZero(parts, this.network.isZero(name), made)
        creates.set(name.slice(prefix.length), { code })
      }
    const isInside = (path: string) =>
      [...creates].some(([other, create]) => path.startsWith(`${other}.`) && 'block' in create)
    return new Map([...creates].filter(([path]) => !isInside(path)))
  }

  /** Comments on tables of labels, whose last row is that of no label. */
  private commentsOf(bodies: readonly Body[]): Map<string, string> {
    const comments = new Map<string, string>()
    for (const { prefix, parts } of bodies)
      for (const { value } of parts) {
        const { op, name } = this.view.layers[value]
        if (op !== 'label_embedding' && op !== 'token_embedding') continue
        comments.set(name!.slice(prefix.length), 'the last row: no class')
      }
    return comments
  }

  /** Repeated parts inside a body, the outer ones first. */
  private repeatsOf({ first, output }: Body): Repeat[] {
    const { repeats = [] } = this.network.graph
    // Of two with the same layers, the outer one is recorded last.
    return repeats
      .toReversed()
      .filter((each) => each.first >= first && !(each.first === first && each.end > output))
      .toSorted((a, b) => a.first - b.first || b.end - a.end)
  }

  /** Names of the arguments of a function that are not those of others. */
  private namesOf({ prefix, inputs, output }: Body): Map<number, string> {
    const { graph, inputNames = {} } = this.network
    const names = new Map<number, string>()
    if (prefix !== '') return names
    const name = Object.keys(graph.functions).find((each) => graph.functions[each] === output)
    for (const value of inputs) {
      const isX = this.view.layers[value].op === 'x'
      if (isX && name !== undefined && inputNames[name]) names.set(value, inputNames[name])
      if (value === graph.functions.features) names.set(value, this.callFeatures(value))
    }
    return names
  }

  /** Calls `features` with the arguments of the method around it. */
  private callFeatures(features: number): string {
    const { specs, isTimed } = this.argumentsOf(features)
    const given = parameters(specs, isTimed).map((each) => each.replace('=None', ''))
    return `self.features(${args('x', ...given)})`
  }

  /** A method that computes a function. */
  private writeFunction(name: string, { lines, result }: WrittenBody): string {
    const { graph, methodTitles, results, inputNames } = this.network
    const own = this.argumentsOf(graph.functions[name])
    // A denoiser takes t even if it does not use it.
    const takesTime = own.isTimed || name === 'predict' || name === 'tokens'
    const given = parameters(own.specs, takesTime)
    const isOuter = name === 'logits' && graph.functions.features !== undefined
    const title = methodTitles?.[name]
    return python`
      def ${methodOf(name)}(${args('self', inputNames?.[name] ?? 'x', ...given)}):
          ${title && `"""${title}"""`}
          ${!isOuter && [...defaults(own.specs), ...own.missing.flatMap(noValue)]}
          ${lines.flatMap(breakMethodLine)}
          ${(results?.[name]?.(result) ?? [`return ${result}`]).flatMap(breakMethodLine)}
    `
  }

  /** Arguments of a function, and parts of the condition that its layers read without one. */
  private argumentsOf(output: number) {
    const { graph, specs: all } = this.network
    const { used } = new GraphView({ layers: graph.layers, functions: { output } })
    const ops = new Set(graph.layers.flatMap(({ op }, i) => (used[i] ? [op] : [])))
    const read = conditionSpecs(graph).filter(({ kind }) => ops.has(kind))
    const isGiven = ({ kind }: ConditionSpec) => !all || all.some((spec) => spec.kind === kind)
    return {
      specs: read.filter(isGiven),
      missing: read.filter((spec) => !isGiven(spec)),
      isTimed: ops.has('time'),
    }
  }
}

const methodOf = (name: string): string => methods[name] ?? name
const isMain = (name: string): boolean => methodOf(name) === 'forward'
const isIn = ({ first, end }: Repeat, value: number) => first <= value && value < end
const modulesOf = ({ parts }: Body): Module[] => parts.flatMap(({ module }) => module ?? [])
