// Generates readable scripts from graphs.
import { compile } from '../../engine/plan/compile.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { Ops } from '../../engine/plan/op.ts'
import { toOneLine, wrapProgramText } from '../program/programText.ts'
import { quote } from './javascript.ts'
import { ScriptWriter } from './writer.ts'

export interface ScriptText {
  /** Written in the header comment. */
  title?: string | undefined
  about?: string | undefined
  /** Modules with own nodes, as written in the imports of the script. */
  modules?: readonly string[]
}

/**
 * Returns the script of a graph, which computes the same numbers as a run. It contains no types, so
 * it is valid as .mjs and .ts.
 * @throws GraphError with the faults of the graph, or for a loop that a script cannot express
 */
export function generateScript(graph: Graph, ops: Ops, text: ScriptText = {}): string {
  const { steps } = compile(graph, undefined, ops)
  const writer = new ScriptWriter(graph, ops, steps)
  const body = writer.write()
  const files = writer.namesFiles ? ', files: process.argv.slice(3)' : ''
  const { modules = [] } = text
  const own = modules.map((_, i) => `...Object.values(nodes${i + 1})`).join(', ')
  return [
    ...createHeader(text, writer.namesFiles),
    "import { start } from 'litegraph-diffusion/script'",
    ...modules.map((module, i) => `import * as nodes${i + 1} from ${quote(module)}`),
    '',
    `const { ${[...writer.calls].sort().join(', ')}, finish } = await start({ backend: 'wasm', out: process.argv[2]${files}${own && `, nodes: [${own}].flat()`} })`,
    '',
    ...writer.functions.lines,
    ...removeExtraBlankLines(body),
    '',
    'export const shown = await finish()',
    '',
  ].join('\n')
}

/** Removes empty lines at the ends of blocks, and repeated ones. */
const removeExtraBlankLines = (lines: readonly string[]) =>
  lines.filter(
    (line, i) =>
      line !== '' ||
      (i > 0 &&
        i < lines.length - 1 &&
        !/^$|\{$|^ *\/\//.test(lines[i - 1]) &&
        !/^ *\}/.test(lines[i + 1])),
  )

const createHeader = ({ title, about }: ScriptText, files: boolean): string[] =>
  [
    ...(title ? [title] : []),
    ...(about ? wrapProgramText(about, 116) : []),
    ...(title || about ? [''] : []),
    'Generated from a graph of litegraph-diffusion. Computes the same numbers as a run of the graph. Needs that package and',
    'Node 22.18 (for an older Node, name it .mjs):',
    `  node script.mjs [folder for pictures and files]${files ? ' [your checkpoints and data sets]' : ''}`,
  ].map((line) => `// ${toOneLine(line)}`.trimEnd())
