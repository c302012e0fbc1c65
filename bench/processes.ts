// Peers in processes of their own, which talk in lines of JSON; see peer.ts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Open, Peer, Who } from './run.ts'
import type { Took } from './turns.ts'

/** Debian's has the packages of Debian; another that comes first in the path has not. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

const commandOf = (who: Who, backend: string, folder: string): [string, ...string[]] =>
  who === 'torch'
    ? [python, 'bench/torch.py', folder]
    : [process.execPath, 'scripts/run.mjs', 'bench/peer.ts', who, backend, folder]

/** `patience`: seconds that somebody may take until he is ready; compilers take minutes for a device made of software. */
export const openProcess =
  (backend: string, folder: string, patience: number): Open =>
  async (who) => {
    const [command, ...args] = commandOf(who, backend, folder)
    // With one thread for the libraries of PyTorch too.
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, OMP_NUM_THREADS: '1' } })
    const left = new Promise<Error>((resolve) => void child.on('error', resolve))
    let complaint = ''
    child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const told = async <T>(): Promise<T> => {
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
    const late = setTimeout(() => {
      complaint = `it was not ready after ${patience} s`
      child.kill('SIGKILL')
    }, 1000 * patience)
    const { device, check } = await told<Pick<Peer, 'device' | 'check'>>().finally(() => clearTimeout(late))
    return {
      device,
      check,
      async turn(seconds) {
        child.stdin.write(`${seconds}\n`)
        return (await told<{ took: Took[] }>()).took
      },
      async close() {
        if (child.exitCode !== null) return
        const ended = once(child, 'exit')
        child.stdin.end()
        await ended
      },
    }
  }
