// A process of Python that checks generated programs, one for all of them.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import source from './python.py?raw'

export interface PythonForm {
  /** The error of the compiler. */
  error?: string
  imports?: string[]
  statements?: number
  /** Hash of the program without texts and names of variables. */
  hash?: string
}

const PYTHON = process.env.PYTHON ?? '/usr/bin/python3'

/** True if there is a Python 3. */
export const hasPython = (): boolean =>
  spawnSync(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0

export class Python {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly waiting: ((answer: PythonForm[]) => void)[] = []

  constructor() {
    // Flags: no user packages, UTF-8.
    this.child = spawn(PYTHON, ['-I', '-X', 'utf8', '-c', source])
    createInterface({ input: this.child.stdout }).on('line', (line) =>
      this.waiting.shift()?.(JSON.parse(line) as PythonForm[]),
    )
    this.hold(false)
  }

  /** Forms of programs, in their order. `known`: functions that all programs have. */
  async forms(sources: readonly string[], known: readonly string[] = []): Promise<PythonForm[]> {
    this.hold(true)
    const answer = new Promise<PythonForm[]>((resolve, reject) => {
      this.waiting.push(resolve)
      this.child.once('exit', () => reject(new Error('Python ended.')))
    })
    this.child.stdin.write(`${JSON.stringify({ sources, known })}\n`)
    try {
      return await answer
    } finally {
      this.child.removeAllListeners('exit')
      this.hold(this.waiting.length > 0)
    }
  }

  close() {
    this.child.stdin.end()
  }

  /** The process keeps this one running only while it computes an answer. */
  private hold(on: boolean) {
    const call = on ? 'ref' : 'unref'
    this.child[call]()
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr])
      (stream as { ref?(): void; unref?(): void })[call]?.()
  }
}
