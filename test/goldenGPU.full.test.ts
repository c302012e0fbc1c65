// The recorded numbers of the reference systems with the kernels for hardware GPUs, which a software
// device can run but does not choose. Most of the time its compiler runs, once on each machine.
import { expect, test } from 'vitest'
import { runScript } from './runScript.ts'

test(
  'all recorded numbers pass with the kernels for hardware',
  { timeout: 1_800_000 },
  async () => {
    const options = '--backend webgpu --kernels gpu'.split(' ')
    const { code, output } = await runScript('golden', options)
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(output).toMatch(/on webgpu with the kernels for hardware:/)
  },
)
