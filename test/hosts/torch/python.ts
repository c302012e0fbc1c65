// Python with PyTorch, for suites that run exported source.
import { spawnSync } from 'node:child_process'
import { beforeEach, expect } from 'vitest'

/** Program of Python 3, Debian's by default. */
export const python = process.env.PYTHON ?? '/usr/bin/python3'

/** Reason why this machine cannot run exported source, if it cannot. */
const missing = reasonForNoTorch()

function reasonForNoTorch(): string | undefined {
  const check =
    'from importlib.util import find_spec; print(all(map(find_spec, ("torch", "numpy", "safetensors"))))'
  const { stdout, error } = spawnSync(python, ['-c', check], { encoding: 'utf8' })
  if (error) return `${python} cannot be run; set PYTHON to a Python 3 with torch`
  return stdout.trim() === 'True'
    ? undefined
    : `${python} lacks torch, numpy or safetensors; Debian has python3-torch and python3-safetensors`
}

/** True if Python with PyTorch is here. */
export const hasTorch = missing === undefined

/** Skips the tests of the suite, with the reason, on a machine without PyTorch. A failure with CI=1. */
export function needsTorch() {
  beforeEach(({ skip }) => {
    if (!missing) return
    expect(process.env.CI, missing).toBeFalsy()
    skip(missing)
  })
}
