// Timed peers in their own processes, which communicate by lines of JSON.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Open, Peer, PeerName } from './run.ts'
import type { StepTime } from '../src/hosts/bench/turns.ts'

/** Debian's python3, which has Debian's packages; another one first in PATH may not. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** A process that answers each line with a line of JSON. */
export interface LineProcess {
  /** Next answer; rejects if the process ends, or after `patience` seconds. */
  told<T>(patience?: number): Promise<T>
  tell(line: string): void
  close(): Promise<void>
}

export function talk(command: string, args: string[]): LineProcess {
  // One thread for PyTorch's libraries as well.
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  const left = new Promise<Error>((resolve) => void child.on('error', resolve))
  let complaint = ''
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)))
  child.stdin.on('error', () => {}) // the process has ended; the next answer reports it
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async <T>(): Promise<T> => {
    for (;;) {
      const next = await Promise.race([lines.next(), left])
      if (next instanceof Error) throw next
      if (next.done)
        throw new Error(
          complaint.trim().split('\n').at(-1) || 'the process ended without a message',
        )
      if (!next.value.startsWith('{')) continue // output of libraries
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

/** Starts a process that runs our sources. */
export const startScript = (file: string, ...args: string[]): LineProcess =>
  talk(process.execPath, ['scripts/run.mjs', file, ...args])

interface Options {
  backend: string
  /** Folder of the problem. */
  folder: string
  /** Timeout for starting, in seconds; software devices compile for minutes. */
  patience: number
  /** PyTorch's device: `cpu`, `cuda`. */
  torchDevice: string
}

export const openProcess =
  ({ backend, folder, patience, torchDevice }: Options): Open =>
  async (who: PeerName): Promise<Peer> => {
    const { told, tell, close } =
      who === 'torch'
        ? talk(python, ['bench/torch.py', folder, torchDevice])
        : startScript('bench/peer.ts', who, backend, folder)
    const { device, check } = await told<Pick<Peer, 'device' | 'check'>>(patience)
    return {
      device,
      check,
      async turn(seconds) {
        tell(`${seconds}`)
        return (await told<{ took: StepTime[] }>()).took
      },
      close,
    }
  }
