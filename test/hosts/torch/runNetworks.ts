// Runs networks in Python and returns how far their numbers are from the expected ones.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { StoredTensor } from '../../../src/engine/archive/safetensors.ts'
import { writeSafetensors } from '../../../src/engine/archive/safetensors.ts'
import { getErrorMessage } from '../../../src/engine/messages/fault.ts'
import type { PythonModule } from '../../../src/hosts/torch/models/writeModule.ts'
import { writeModule } from '../../../src/hosts/torch/models/writeModule.ts'
import type { NetworkCase } from './networkCases.ts'
import { python } from './python.ts'

/** Largest difference, and the largest number that is expected. */
export type Gap = [difference: number, size: number]

export interface NetworkAnswer {
  error?: string
  gaps: Record<string, Gap>
  gradients?: Record<string, Gap>
  /** Weights that do not start as in the engine. */
  start?: string[]
  /** Largest relative difference in bfloat16. */
  autocast?: number
  compiled?: Record<string, Gap>
}

/** Answers by the names of the cases. */
export async function runNetworks(
  cases: readonly NetworkCase[],
): Promise<Map<string, NetworkAnswer>> {
  const root = mkdtempSync(join(tmpdir(), 'torch-networks-'))
  try {
    const folderOf = (i: number) => String(i).padStart(3, '0')
    const faults = cases.map((each, i) => writeCase(join(root, folderOf(i)), each))
    const answers = JSON.parse(await run(root)) as Record<string, NetworkAnswer>
    return new Map(cases.map(({ name }, i) => [name, { ...answers[folderOf(i)], ...faults[i] }]))
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Writes the files of a case. Returns the error of a network that cannot be written. */
function writeCase(folder: string, each: NetworkCase): Pick<NetworkAnswer, 'error'> {
  mkdirSync(folder)
  const write = (name: string, tensors: ReadonlyMap<string, StoredTensor> | undefined) =>
    tensors && writeFileSync(join(folder, `${name}.safetensors`), writeSafetensors(tensors))
  let written: PythonModule
  try {
    written = writeModule(each.model, 'Network')
  } catch (error) {
    return { error: getErrorMessage(error) }
  }
  const { imports, definitions, construct } = written
  const code = definitions.map(({ code }) => code).join('\n\n\n')
  writeFileSync(join(folder, 'module.py'), `${imports.join('\n')}\n\n\n${code}\n`)
  write('weights', each.weights)
  write('io', each.tensors)
  write('grads', each.gradients)
  write('start', each.start)
  const { calls, compile } = each
  writeFileSync(join(folder, 'case.json'), JSON.stringify({ construct, calls, compile }))
  return {}
}

const checker = fileURLToPath(new URL('networks.py', import.meta.url))

const run = (root: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(python, [checker, root], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, errors] = ['', '']
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (errors += data))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(errors))))
  })
