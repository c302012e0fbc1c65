// Checks a single mutant by its address and prints the result.
import './allocations.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeFailure, Fuzzer } from './fuzzer.ts'
import { isTargetName } from './protocol.ts'

interface Options {
  /** Folder that the mutant is written to. */
  failures: string | undefined
  selfTest: boolean
}

/** @param address `seed/target/number` */
export async function repeatMutant(address: string, { failures: folder, selfTest }: Options) {
  const [seed, name, number] = address.split('/')
  if (!isTargetName(name) || ![seed, number].every((text) => /^\d+$/.test(text ?? '')))
    throw new Error(`Expected seed/target/number, got ${address}.`)
  const fuzzer = new Fuzzer({ seed: Number(seed), selfTest })
  const mutant = await fuzzer.mutant(name, Number(number))
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, address.replaceAll('/', '-')), mutant.bytes)
  }
  const start = performance.now()
  const violation = await fuzzer.check(mutant)
  const time = Math.round(performance.now() - start)
  process.stdout.write(`${address} (${mutant.bytes.length} bytes), ${time} ms: `)
  if (!violation) return void process.stdout.write('no failure\n')
  const { property, message, stack } = describeFailure(mutant, violation)
  process.stdout.write(`${property}: ${message}\n${stack}\n`)
  process.exitCode = 1
}
