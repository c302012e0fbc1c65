// A graph for PyTorch as a ZIP: the program or notebook, and the files that it needs.
import { canonicalZip } from '../../engine/checkpoint/archive.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { Assets, Ops } from '../../engine/plan/op.ts'
import { exportTorch, toScript } from './export.ts'
import { toNotebook } from './notebook.ts'

/**
 * Returns the ZIP; with `notes` it has a notebook instead of a program.
 * @throws GraphError as `exportTorch` does
 */
export async function packTorch(
  graph: Graph,
  ops: Ops,
  assets: Assets,
  { notes, ...text }: { title?: string; about?: string; notes?: readonly string[] },
): Promise<Uint8Array<ArrayBuffer>> {
  const program = await exportTorch(graph, ops, assets, text)
  const encode = (contents: string) => new TextEncoder().encode(contents)
  const main: [string, Uint8Array] = notes
    ? ['train.ipynb', encode(toNotebook(program, notes))]
    : ['train.py', encode(toScript(program))]
  const files = program.files.map(({ name, bytes }): [string, Uint8Array] => [name, bytes])
  return canonicalZip(new Map([main, ...files])) as Uint8Array<ArrayBuffer>
}
