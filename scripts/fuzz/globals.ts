// Snapshots of prototypes and globals: no input may change them.
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { Violation } from './violation.ts'

const builtIns = [
  'Object',
  'Function',
  'Array',
  'String',
  'Number',
  'Boolean',
  'Symbol',
  'BigInt',
  'RegExp',
  'Date',
  'Error',
  'TypeError',
  'RangeError',
  'Map',
  'Set',
  'WeakMap',
  'Promise',
  'ArrayBuffer',
  'DataView',
  'Uint8Array',
  'Float32Array',
  'Int32Array',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'Blob',
] as const

/** Prototypes of everything, which are compared after every mutant. */
const fundamental = new Set(['Object.prototype', 'Function.prototype', 'Array.prototype'])

const namespaces = ['JSON', 'Math', 'Reflect', 'console'] as const

/** Properties that litegraph itself counts or caches. */
const counters = new Set(['last_node_id', 'last_link_id', 'closeAllContextMenus'])

/** The objects by name. Node classes are those that are registered now. */
function watchedObjects(): Map<string, object> {
  const objects = new Map<string, object>()
  const add = (name: string, value: unknown) => {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function')
      objects.set(name, value)
  }
  const addClass = (name: string, value: unknown) => {
    add(name, value)
    add(`${name}.prototype`, (value as { prototype?: unknown } | undefined)?.prototype)
  }
  const all = globalThis as Record<string, unknown>
  for (const name of builtIns) addClass(name, all[name])
  for (const name of namespaces) add(name, all[name])
  add('LiteGraph', LiteGraph)
  addClass('LGraph', LGraph)
  addClass('LGraphCanvas', LGraphCanvas)
  const lite = LiteGraph as unknown as Record<string, unknown>
  for (const name of ['LGraphNode', 'LLink', 'LGraphGroup']) addClass(name, lite[name])
  add('LiteGraph.registered_node_types', LiteGraph.registered_node_types)
  for (const [type, Node] of Object.entries(LiteGraph.registered_node_types))
    addClass(`node ${type}`, Node)
  return objects
}

interface Watched {
  name: string
  object: object
  prototype: object | null
  keys: readonly PropertyKey[]
  /** The values of the keys, or the getters. */
  values: readonly unknown[]
}

function readObject(name: string, object: object): Watched {
  const keys = Reflect.ownKeys(object).filter((key) => !counters.has(String(key)))
  const values = keys.map((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(object, key)
    return descriptor && 'value' in descriptor ? (descriptor.value as unknown) : descriptor?.get
  })
  return { name, object, prototype: Object.getPrototypeOf(object) as object | null, keys, values }
}

export class GlobalsSnapshot {
  private readonly watched: Watched[]
  private readonly fundamental: Watched[]
  private readonly globals: Set<PropertyKey>

  constructor() {
    this.watched = [...watchedObjects()].map(([name, object]) => readObject(name, object))
    this.fundamental = this.watched.filter(({ name }) => fundamental.has(name))
    this.globals = new Set(Reflect.ownKeys(globalThis))
  }

  /**
   * @param complete compares all objects, instead of the prototypes of everything
   * @throws Violation that names the property that was added, removed or replaced
   */
  check(complete = true) {
    for (const before of complete ? this.watched : this.fundamental) {
      const now = readObject(before.name, before.object)
      const fail = (problem: string) => {
        throw new Violation('prototypes and globals', `${before.name}: ${problem}`)
      }
      if (now.prototype !== before.prototype) fail('another prototype')
      if (now.keys.length !== before.keys.length) {
        const old = new Set(before.keys)
        const added = now.keys.filter((key) => !old.has(key)).map(String)
        fail(`${before.keys.length} properties became ${now.keys.length} (${added.join(', ')})`)
      }
      before.keys.forEach((key, i) => {
        if (now.keys[i] !== key) fail(`${String(key)} became ${String(now.keys[i])}`)
        if (!Object.is(now.values[i], before.values[i])) fail(`${String(key)} was replaced`)
      })
    }
    for (const key of complete ? Reflect.ownKeys(globalThis) : []) {
      if (!this.globals.has(key))
        throw new Violation('prototypes and globals', `globalThis.${String(key)} was added`)
    }
  }
}
