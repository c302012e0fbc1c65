// Checks a single mutant by its address and prints the result.
import './allocations.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeFailure, Fuzzer } from './fuzzer.ts'
import { fuzzBrowser, browserText } from './browser.ts'
import { encodeText } from './noteGrammar.ts'
import { BROWSER, isTargetName, type Failure } from './protocol.ts'

interface Options {
  /** Folder that the mutant is written to. */
  failures: string | undefined
  selfTest: boolean
}

/** @param address `seed/target/number` */
export async function repeatMutant(address: string, { failures: folder, selfTest }: Options) {
  const [seed, name, number] = address.split('/')
  if (name === BROWSER && [seed, number].every((text) => /^\d+$/.test(text ?? '')))
    return repeatText(Number(seed), Number(number), folder)
  if (!isTargetName(name) || ![seed, number].every((text) => /^\d+$/.test(text ?? '')))
    throw new Error(`Expected seed/target/number, got ${address}.`)
  const fuzzer = new Fuzzer({ seed: Number(seed), selfTest })
  const mutant = await fuzzer.mutant(name, Number(number))
  writeInto(folder, address, mutant.bytes)
  const start = performance.now()
  const violation = await fuzzer.check(mutant)
  const time = Math.round(performance.now() - start)
  process.stdout.write(`${address} (${mutant.bytes.length} bytes), ${time} ms: `)
  if (!violation) return void process.stdout.write('no failure\n')
  const { property, message, stack } = describeFailure(mutant, violation)
  process.stdout.write(`${property}: ${message}\n${stack}\n`)
  process.exitCode = 1
}

function writeInto(folder: string | undefined, address: string, bytes: Uint8Array) {
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, address.replaceAll('/', '-')), bytes)
}

/** Shows a text in Chromium. */
async function repeatText(seed: number, number: number, folder: string | undefined) {
  const address = `${seed}/${BROWSER}/${number}`
  const bytes = encodeText(browserText(seed, number))
  writeInto(folder, address, bytes)
  const failures: Failure[] = []
  const report = (failure: Failure) => void failures.push(failure)
  const result = await fuzzBrowser({ seed, from: number, most: 1, until: Infinity, report })
  const [failure] = failures
  const outcome = failure ? `${failure.property}: ${failure.message}` : 'no failure'
  const text = 'skipped' in result ? `skipped, ${result.skipped}` : outcome
  process.stdout.write(`${address} (${bytes.length} bytes): ${text}\n`)
  if (failure) process.exitCode = 1
}
