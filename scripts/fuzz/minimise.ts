// Minimises a mutant that breaks a property (simple delta debugging): removes parts as long as the
// same property stays broken.
import { concatBytes } from '../../src/engine/base/bytes.ts'
import type { Fuzzer, Mutant } from './fuzzer.ts'
import type { Failure } from './protocol.ts'

/** Milliseconds spent on one mutant. */
const MOST_TIME = 3000

/** Returns a smaller input with the same failure, or the same one. */
export async function minimise(
  fuzzer: Fuzzer,
  mutant: Mutant,
  failure: Failure,
): Promise<Uint8Array> {
  // Slow mutants take too long to try again and again.
  if (failure.property === 'time') return failure.bytes
  const end = Date.now() + MOST_TIME
  const fails: Fails = async (bytes) => {
    if (Date.now() > end) return undefined
    const violation = await fuzzer.check({ ...mutant, bytes })
    return violation?.property === failure.property && sameMessage(violation.message, failure)
  }
  if (!mutant.target.isJson) return removeChunks(failure.bytes, fails)
  const tree = await minimiseTree(failure.bytes, fails)
  return tree ?? removeChunks(failure.bytes, fails)
}

const sameMessage = (message: string, failure: Failure) =>
  message.slice(0, 24) === failure.message.slice(0, 24)

/** Undefined when the time is over. */
type Fails = (bytes: Uint8Array) => Promise<boolean | undefined>

/** Removes chunks of halving sizes. */
async function removeChunks(bytes: Uint8Array, fails: Fails): Promise<Uint8Array> {
  let current = bytes
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < current.length;) {
      const shorter = concatBytes([current.subarray(0, at), current.subarray(at + size)])
      const failed = await fails(shorter)
      if (failed === undefined) return current
      if (failed) current = shorter
      else at += size
    }
  }
  return current
}

/** Removes entries of arrays and objects, outer ones first. Undefined if it is not JSON. */
async function minimiseTree(bytes: Uint8Array, fails: Fails): Promise<Uint8Array | undefined> {
  const print = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  let root: unknown
  try {
    root = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
  if (!(await fails(print(root)))) return undefined
  for (let changed = true; changed;) {
    changed = false
    const queue: unknown[] = [root]
    for (const holder of queue) {
      if (typeof holder !== 'object' || holder === null) continue
      for (const key of Object.keys(holder).toReversed()) {
        const removed = await removeEntry(holder, key, async () => fails(print(root)))
        if (removed === undefined) return print(root)
        changed ||= removed
      }
      queue.push(...Object.values(holder))
    }
  }
  return print(root)
}

/** Removes an entry if the failure remains. */
async function removeEntry(
  holder: object,
  key: string,
  fails: () => Promise<boolean | undefined>,
): Promise<boolean | undefined> {
  const descriptor = Object.getOwnPropertyDescriptor(holder, key)
  if (!descriptor) return false
  if (Array.isArray(holder)) {
    const [item] = holder.splice(Number(key), 1) as unknown[]
    const failed = await fails()
    if (!failed) holder.splice(Number(key), 0, item)
    return failed
  }
  Reflect.deleteProperty(holder, key)
  const failed = await fails()
  // The key moves to the end, which changes nothing that readers depend on.
  if (!failed) Object.defineProperty(holder, key, descriptor)
  return failed
}
