// Waiting for devices that poll, as Firefox does: a map resolves in a submit or at a tick of 100 ms.
// The clock of the tests is the device's own, so that nothing depends on the load of the machine.
import { expect, test } from 'vitest'
import { DeviceCompletion } from '../../../src/engine/backends/webgpu/completion.ts'

/** A device that completes maps in submits, at ticks, or at once. Time passes with each submit. */
function createDevice(kind: 'polling' | 'prompt' | 'slow') {
  let [time, submits] = [0, 0]
  let pending: (() => void)[] = []
  const complete = () => {
    for (const resolve of pending) resolve()
    pending = []
  }
  /** Moves to the next tick if nothing was submitted for some turns of the event loop. */
  const tick = async () => {
    const before = submits
    for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setTimeout(resolve))
    if (before !== submits) return
    time = 100 * (Math.floor(time / 100) + 1)
    complete()
  }
  return {
    now: () => time,
    submits: () => submits,
    queue: {
      submit: () => {
        submits++
        time += kind === 'slow' ? 40 : 1
        complete()
        return undefined
      },
    },
    createBuffer: () => ({
      mapAsync: () => {
        if (kind === 'prompt') return Promise.resolve(undefined)
        void tick()
        return new Promise<undefined>((resolve) => pending.push(() => resolve(undefined)))
      },
      unmap: () => undefined,
      destroy: () => undefined,
    }),
  }
}

test('a device that polls gets submits while something is awaited, and none otherwise', async () => {
  const device = createDevice('polling')
  const completion = new DeviceCompletion(device, device.now)
  await completion.measure()
  expect(completion.needsSubmits).toBe(true)
  // Before the tick, at the first submit.
  const began = device.now()
  await completion.wait(device.createBuffer().mapAsync())
  expect(device.now() - began).toBeLessThanOrEqual(2)
  const submits = device.submits()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(device.submits()).toBe(submits)
})

test('several promises share the submits, and failures end them', async () => {
  const device = createDevice('polling')
  const completion = new DeviceCompletion(device, device.now)
  completion.needsSubmits = true
  const before = device.submits()
  await Promise.all([1, 2, 3].map(() => completion.wait(device.createBuffer().mapAsync())))
  expect(device.submits() - before).toBeLessThanOrEqual(2)
  await expect(completion.wait(Promise.reject(new Error('lost')))).rejects.toThrow('lost')
  const submits = device.submits()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(device.submits()).toBe(submits)
})

test.each(['prompt', 'slow'] as const)('a %s device gets none', async (kind) => {
  const device = createDevice(kind)
  const completion = new DeviceCompletion(device, device.now)
  await completion.measure()
  expect(completion.needsSubmits).toBe(false)
  if (kind === 'prompt') expect(device.submits()).toBe(0)
})
