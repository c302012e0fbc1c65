// A program for PyTorch as a notebook: its parts as cells, and the notes of the workflow as text.
import type { TorchProgram } from './export.ts'

interface Cell {
  cell_type: 'code' | 'markdown'
  source: string
}

/** The notebook as JSON. Flags are variables of `args` in `support`. */
export function toNotebook(program: TorchProgram, notes: readonly string[]): string {
  const [title = '', ...about] = program.header.split('\n')
  const cells: Cell[] = [
    markdown([`# ${title}`, '', ...about].join('\n')),
    ...notes.map(markdown),
    code(program.imports.join('\n')),
    ...(program.definitions.length > 0 ? [code(program.definitions.join('\n\n\n'))] : []),
    ...splitBody(program.body).map(code),
  ]
  return `${JSON.stringify({ cells: cells.map(toJson), metadata, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`
}

const metadata = {
  kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
  language_info: { name: 'python' },
}

const markdown = (source: string): Cell => ({ cell_type: 'markdown', source })
const code = (source: string): Cell => ({ cell_type: 'code', source })

/** Cells end at empty lines. A notebook has one process, which goes on after the training. */
const splitBody = (body: readonly string[]): string[] =>
  body
    .filter((line) => line !== 'finish()')
    .join('\n')
    .split(/\n\n+/)
    .filter((text) => text.trim() !== '')

const toJson = ({ cell_type, source }: Cell, i: number) => ({
  cell_type,
  id: `cell-${i}`,
  metadata: {},
  ...(cell_type === 'code' && { execution_count: null, outputs: [] }),
  source: source.split('\n').map((line, at, all) => (at < all.length - 1 ? `${line}\n` : line)),
})
