// Texts about the wasm backend in the report of backends.
import type { MessageText } from '../../base/catalogue.ts'
import { backendMessages } from '../../messages/backends.ts'
import type { ArithmeticChoice } from './arithmetic.ts'
import type { WasmFunctions } from './wasmFunctions.ts'

/** Returns the device: instructions and threads of the custom functions, which need SIMD. */
export function describeWasm(
  functions: WasmFunctions | undefined,
  { arithmetic }: ArithmeticChoice,
): MessageText {
  if (!functions) return backendMessages.noSimd()
  const { threads } = functions
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
}: ArithmeticChoice): MessageText | undefined {
  if (!isMeasured) return undefined
  return arithmetic === 'fused' ? backendMessages.fusedFaster() : backendMessages.fusedNotFaster()
}
