// Texts about the wasm backend in the report of backends.
import { tf } from '../../base/tf.ts'
import { backendMessages } from '../../messages/backends.ts'
import type { ArithmeticChoice } from './arithmetic.ts'

export const hasSimd = () => tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')

/** Returns the device: instructions and threads. */
export async function describeWasm(
  threads: number,
  { arithmetic }: ArithmeticChoice,
): Promise<string> {
  if (!(await hasSimd())) return backendMessages.noSimd()
  if (arithmetic === 'fused')
    return threads === 1
      ? backendMessages.relaxedOneThread()
      : backendMessages.relaxedThreads({ threads })
  return threads === 1 ? backendMessages.oneThread() : backendMessages.threads({ threads })
}

/** Returns the result of a measurement, if the choice follows from one. */
export function describeMeasurement({
  arithmetic,
  isMeasured,
}: ArithmeticChoice): string | undefined {
  if (!isMeasured) return undefined
  return arithmetic === 'fused' ? backendMessages.fusedFaster() : backendMessages.fusedNotFaster()
}
