// Those who are timed, in processes of their own, which talk in lines of JSON.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Open, Peer, Who } from './run.ts'
import type { Took } from './turns.ts'

/** Debian's has the packages of Debian; another that comes first in the path has not. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** A process that is told lines and answers each with one of JSON. */
export interface Talk {
  /** Its next answer; rejects with the reason if it has none, after `patience` seconds too. */
  told<T>(patience?: number): Promise<T>
  tell(line: string): void
  close(): Promise<void>
}

export function talk(command: string, args: string[]): Talk {
  // With one thread for the libraries of PyTorch too.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, OMP_NUM_THREADS: '1' } })
  const left = new Promise<Error>((resolve) => void child.on('error', resolve))
  let complaint = ''
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)))
  child.stdin.on('error', () => {}) // it ended; its next answer says so
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async <T>(): Promise<T> => {
    for (;;) {
      const next = await Promise.race([lines.next(), left])
      if (next instanceof Error) throw next
      if (next.done) throw new Error(complaint.trim().split('\n').at(-1) || 'it ended without a word')
      if (!next.value.startsWith('{')) continue // what libraries say
      const found = JSON.parse(next.value) as T & { error?: string }
      if (found.error !== undefined) throw new Error(found.error)
      return found
    }
  }
  return {
    told(patience = Infinity) {
      if (patience === Infinity) return answer()
      const late = setTimeout(() => {
        complaint = `it was not ready after ${patience} s`
        child.kill('SIGKILL')
      }, 1000 * patience)
      return answer<never>().finally(() => clearTimeout(late))
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.stdin.end()
      await ended
    },
  }
}

/** A process of this program's sources. */
export const talkTo = (file: string, ...args: string[]): Talk => talk(process.execPath, ['scripts/run.mjs', file, ...args])

interface Options {
  backend: string
  /** Where the problem lies. */
  folder: string
  /** Seconds that somebody may take until he is ready; compilers take minutes for a device made of software. */
  patience: number
  /** PyTorch's device: `cpu`, `cuda`. */
  torchDevice: string
}

export const openProcess =
  ({ backend, folder, patience, torchDevice }: Options): Open =>
  async (who: Who): Promise<Peer> => {
    const { told, tell, close } =
      who === 'torch' ? talk(python, ['bench/torch.py', folder, torchDevice]) : talkTo('bench/peer.ts', who, backend, folder)
    const { device, check } = await told<Pick<Peer, 'device' | 'check'>>(patience)
    return {
      device,
      check,
      async turn(seconds) {
        tell(`${seconds}`)
        return (await told<{ took: Took[] }>()).took
      },
      close,
    }
  }
