// Graphs of layers in PyTorch: a class with a module per layer, and a method per function.
import type { ConditionSpec } from '../../../engine/models/condition.ts'
import { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { LayerGraph } from '../../../engine/models/graph/layer.ts'
import { conditionSpecs } from '../../../engine/models/kinds/layers/graph.ts'
import { defaults, parameters } from './arguments.ts'
import { gridEmbedding, startAtZero } from './helpers.ts'
import { layerCodes } from './layerCode.ts'
import { rotaryEmbedding } from './layerHelpers.ts'
import { writeLines, type InnerCall } from './layerLines.ts'
import { ModuleTree } from './moduleTree.ts'
import type { Parts } from './parts.ts'
import { args, python } from './python.ts'

/** Methods by function of the model; others have their own name. */
const methods: Readonly<Record<string, string>> = {
  predict: 'forward',
  tokens: 'forward',
  logits: 'forward',
}

/** Parts of a class that its methods are written from. */
export interface LayerClass {
  parts: Parts
  view: GraphView
  modules: ModuleTree
  /** Expressions of the buffers and modules of layers without weights, by position. */
  constants: ReadonlyMap<number, string>
}

/** Adds the class of a graph of layers. `isZero`: layers whose weights start at zero. */
export function writeLayers(
  parts: Parts,
  graph: LayerGraph,
  className: string,
  isZero: (layer: string) => boolean,
) {
  const view = new GraphView(graph)
  const functions = Object.keys(graph.functions)
  const reserved = functions.map((name) => methods[name] ?? name)
  const modules = new ModuleTree(parts, new Set(reserved))
  addModules(parts, view, modules, isZero)
  const { constants, lines } = addConstants(parts, view, modules)
  const around = { parts, view, modules, constants }
  const specs = conditionSpecs(graph)
  const ordered = functions.toSorted((a, b) => Number(isMain(a)) - Number(isMain(b)))
  const written = ordered.map((name) => writeMethod(around, graph, name, specs))
  const count = view.used.filter(Boolean).length
  parts.define(
    className,
    () => python`
      class ${className}(nn.Module):
          """Network of ${count} layers."""

          def __init__(self):
              super().__init__()
              ${modules.lines()}
              ${lines}

          ${written.join('\n\n')}
    `,
  )
}

const isMain = (name: string) => methods[name] === 'forward'

function addModules(
  parts: Parts,
  { layers, shapes, used }: GraphView,
  modules: ModuleTree,
  isZero: (layer: string) => boolean,
) {
  const added = new Set<string>()
  for (const [i, { op, name, in: inputs, attrs }] of layers.entries()) {
    const create = layerCodes[op]?.module
    if (!used[i] || name === undefined || !create || added.has(name)) continue
    added.add(name)
    const operands = inputs.map((input) => ({ code: '', shape: shapes[input], isLast: false }))
    const module = create({ parts, inputs: operands, attrs, shape: shapes[i] })
    modules.add(name, startAtZero(parts, isZero(name), module))
  }
}

/** Adds fixed tables of layers without weights, each once. */
function addConstants(parts: Parts, { layers, shapes, used }: GraphView, modules: ModuleTree) {
  const constants = new Map<number, string>()
  const names = new Map<string, string>()
  const lines: string[] = []
  const add = (i: number, wanted: string, value: string, write: (name: string) => string) => {
    let name = names.get(value)
    if (name === undefined) {
      const taken = new Set(names.values())
      name = wanted
      for (let k = 2; modules.has(name) || taken.has(name); k++) name = `${wanted}_${k}`
      names.set(value, name)
      lines.push(write(name))
    }
    constants.set(i, `self.${name}`)
  }
  for (const [i, { op, attrs }] of layers.entries()) {
    const { height, width, heads } = attrs as Record<string, number>
    const channels = shapes[i].at(-1) as number
    if (!used[i]) continue
    if (op === 'grid_embedding') {
      const table = `${gridEmbedding(parts)}(${height}, ${width}, ${channels})`
      add(
        i,
        'positions',
        table,
        (name) => `self.register_buffer("${name}", ${table}, persistent=False)`,
      )
    }
    if (op === 'rotary_embedding') {
      const module = `${rotaryEmbedding(parts)}(${height}, ${width}, ${channels / heads})`
      add(i, 'rotary', module, (name) => `self.${name} = ${module}`)
    }
  }
  return { constants, lines }
}

/** A method that computes a function. */
function writeMethod(
  around: LayerClass,
  { functions, layers }: LayerGraph,
  name: string,
  specs: readonly ConditionSpec[],
): string {
  const argumentsOf = (output: number): MethodArguments => {
    const { used } = new GraphView({ layers, functions: { output } })
    const ops = new Set(layers.flatMap(({ op }, i) => (used[i] ? [op] : [])))
    return { isTimed: ops.has('time'), specs: specs.filter(({ kind }) => ops.has(kind)) }
  }
  const own = argumentsOf(functions[name])
  // A denoiser takes t even if it does not use it.
  const takesTime = own.isTimed || name === 'predict' || name === 'tokens'
  const given = parameters(own.specs, takesTime)
  const inner = name === 'logits' && functions.features !== undefined ? 'features' : undefined
  const innerCall = inner && callOf(functions[inner], argumentsOf(functions[inner]))
  return python`
    def ${methods[name] ?? name}(${args('self, x', ...given)}):
        ${!inner && defaults(own.specs)}
        ${writeLines(around, functions[name], innerCall)}
  `
}

/** Calls `features` with the arguments of the method around it. */
function callOf(position: number, { specs, isTimed }: MethodArguments): InnerCall {
  const given = parameters(specs, isTimed).map((each) => each.replace('=None', ''))
  return { position, call: `self.features(${args('x', ...given)})` }
}

interface MethodArguments {
  specs: readonly ConditionSpec[]
  isTimed: boolean
}
