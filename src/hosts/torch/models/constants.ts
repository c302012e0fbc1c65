// Fixed tables of layers without weights: buffers and modules of a class, each once.
import { numberName } from '../../program/programNames.ts'
import type { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { Body } from './bodies.ts'
import { gridEmbedding } from './helpers.ts'
import { rotaryEmbedding } from './layerHelpers.ts'
import type { Parts } from './parts.ts'

export interface Constants {
  /** Expressions by position of a layer. */
  expressions: ReadonlyMap<number, string>
  /** Lines of `__init__`. */
  lines: readonly string[]
}

/** `isTaken`: names that the class has for something else. */
export function writeConstants(
  parts: Parts,
  { layers, shapes }: GraphView,
  bodies: readonly Body[],
  isTaken: (name: string) => boolean,
): Constants {
  const expressions = new Map<number, string>()
  const names = new Map<string, string>()
  const lines: string[] = []
  const add = (i: number, wanted: string, value: string, write: (name: string) => string) => {
    let name = names.get(value)
    if (name === undefined) {
      const taken = new Set(names.values())
      name = numberName(wanted, (each) => !isTaken(each) && !taken.has(each))
      names.set(value, name)
      lines.push(write(name))
    }
    expressions.set(i, `self.${name}`)
  }
  const values = bodies.flatMap((body) => body.parts.filter(({ module }) => !module))
  for (const { value } of values) {
    const { op, attrs } = layers[value]
    const { height, width, heads } = attrs as Record<string, number>
    const channels = shapes[value].at(-1) as number
    if (op === 'grid_embedding') {
      const table = `${gridEmbedding(parts)}(${height}, ${width}, ${channels})`
      add(
        value,
        'positions',
        table,
        (name) => `self.register_buffer("${name}", ${table}, persistent=False)`,
      )
    }
    if (op === 'rotary_embedding') {
      const module = `${rotaryEmbedding(parts)}(${height}, ${width}, ${channels / heads})`
      add(value, 'rotary', module, (name) => `self.${name} = ${module}`)
    }
  }
  return { expressions, lines }
}
