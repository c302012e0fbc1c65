// Errors of backends that run out of memory.
import { catalogue } from '../base/catalogue.ts'

export const memoryMessages = catalogue('memory', {
  wasmFull:
    'Expected tensors within the 4 GiB of the wasm backend (2 GiB each), got no room for another {mebibytes} MiB.',
  gpuTensor:
    'Expected a tensor of at most {most} MiB, which this GPU can hold, got {mebibytes} MiB.',
})
